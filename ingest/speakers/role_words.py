"""Word lists for the grammar of roles; general English, no names."""

# General words for a worker, deliberately without those that are also names ("Baker", "Taylor", "Cook").
WORKERS = frozenset(
    "accountant administrator adviser advisor advocate ambassador analyst apprentice architect artist assistant "
    "associate attorney author chair chairman chairperson chairwoman chief coach coder commissioner consultant "
    "controller coordinator copywriter counsel creator curator deputy designer developer director doctor economist "
    "editor educator engineer evangelist executive facilitator fellow founder head historian host inspector "
    "instructor intern interpreter journalist lawyer lead leader lecturer librarian maintainer manager master "
    "mathematician minister musician nurse officer operator organiser organizer owner partner physicist planner "
    "practitioner presenter president principal producer professor programmer psychologist publisher registrar "
    "reporter representative researcher scientist secretary servant solicitor specialist statistician strategist "
    "student supervisor sysadmin teacher technician technologist tester therapist trainee translator treasurer "
    "trustee tutor volunteer writer".split()
)
# On their own these say too little or something else: "my partner", "an advocate of tests", "a cat owner".
NEED_PLACE_OR_FIELD = frozenset(
    "associate chair chief coach creator deputy executive head lead leader principal representative author".split()
)
NEED_FIELD = frozenset("advocate ambassador evangelist fellow master partner servant".split())
AFTER_WORKER = frozenset("general emeritus".split())  # "Director General"
# Some of these are also surnames: "Ada Lee, Jo Head and Kit Brown".
SURNAMES = frozenset("chair chief coach fellow head host master nurse".split())
NEED_PLACE_OR_TITLE = frozenset(["owner"])
HOSTS = frozenset("host presenter".split())
ARTICLES = frozenset("a an the our my your their its his her".split())
PREPOSITIONS = frozenset("of at for on in with within across".split())
HERE = frozenset("here there over".split())  # "here at the Tea Board"
AND = frozenset("and &".split())
GROUPS = frozenset(
    "team teams office department service services programme program project group unit division community platform "
    "product agency council foundation company organisation organization directorate branch board committee network "
    "section university college school business lab laboratory practice portfolio framework club institute".split()
)
# Words that are not part of a role, so that a role may end before them.
FUNCTION_WORDS = frozenset(
    "i i'm i've i'd i'll you you're we we're we've he he's she she's it it's they they're them me us him who who's "
    "whom whose which that that's this these those there here what where when why how am is are was were be been "
    "being do does did have has had having will would can could should may might must not no but or so because since "
    "although though while if than then as to by from into onto over under until before after about around through "
    "between against without during like just also only even still now currently today really very too quite well "
    "yeah yes thanks thank please hi hello hey basically actually obviously and & my your a an the our their its his "
    "her okay right sort kind bit lot working leading looking helping building based joining going".split()
)
# These show that the role is not a present one, or that no role is meant.
NOT_NOW = frozenset(
    "former ex previous past retired aspiring would-be wannabe future big huge massive bad good better best worst "
    "great favourite favorite terrible lazy recovering typical proud fake so-called self-proclaimed self-styled "
    "failed frustrated only same amateur closet old incoming".split()
)
CUTTING = frozenset("at to by of".split())
IDIOMS = frozenset("heart home night moment time times beginning start least first last once".split())
TIMES = frozenset(
    "past last next moment time times while ages day days week weeks month months year years decade decades long now "
    "one two three four five six seven eight nine ten about over nearly almost around many several some few more fun "
    "free sure example instance general fact love charge need".split()
)
