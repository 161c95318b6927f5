"""Words with a capital, or all in capitals, that are no terms a newcomer would look up: closed lists of English."""

import re

# Days, months and feasts.
_CALENDAR = (
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december christmas easter halloween thanksgiving ramadan diwali hanukkah"
)
# Peoples and languages: what is made of the name of a country or continent.
_PEOPLES = (
    "african afghan albanian algerian american angolan arab arabic argentine argentinian armenian asian australian "
    "austrian bangladeshi belarusian belgian bolivian brazilian british bulgarian cambodian canadian cantonese "
    "chilean chinese colombian croatian cuban cypriot czech danish dutch egyptian english estonian ethiopian european "
    "filipino finnish french georgian german ghanaian greek hebrew hindi hungarian icelandic indian indonesian "
    "iranian iraqi irish israeli italian jamaican japanese jordanian kenyan korean latin latvian lebanese libyan "
    "lithuanian malaysian maltese mandarin mexican mongolian moroccan nepalese nigerian nordic norwegian pakistani "
    "palestinian persian peruvian polish portuguese punjabi romanian russian saudi scandinavian scottish senegalese "
    "serbian singaporean slovak slovenian somali spanish sudanese swahili swedish swiss syrian taiwanese tamil thai "
    "tibetan tunisian turkish ukrainian urdu uruguayan venezuelan vietnamese welsh western yemeni zambian"
)
# Countries, continents and the like, and how they are shortened.
_PLACES = (
    "afghanistan africa albania algeria america americas angola argentina armenia asia australia austria bangladesh "
    "belarus belgium bolivia brazil britain bulgaria cambodia canada chile china colombia croatia cuba cyprus denmark "
    "egypt england estonia ethiopia europe finland france germany ghana greece hungary iceland india indonesia iran "
    "iraq ireland israel italy jamaica japan jordan kenya korea latvia lebanon libya lithuania luxembourg malaysia "
    "malta mexico mongolia morocco nepal netherlands nigeria norway pakistan palestine peru philippines poland "
    "portugal romania russia scandinavia scotland senegal serbia singapore slovakia slovenia somalia spain sudan "
    "sweden switzerland syria taiwan tanzania thailand tunisia turkey uganda ukraine uruguay venezuela vietnam wales "
    "yemen zambia zimbabwe uk us usa eu u.s u.k u.s.a e.u usa's emea apac earth internet"
)
# Cities that are often named, and the states of America.
_CITIES = (
    "amsterdam athens atlanta auckland austin bangalore barcelona beijing belfast berlin birmingham boston bristol "
    "brussels budapest cambridge cardiff chicago copenhagen dallas delhi denver detroit dubai dublin edinburgh "
    "frankfurt geneva glasgow hamburg helsinki houston istanbul johannesburg kyiv lagos leeds lisbon liverpool london "
    "madrid manchester melbourne miami milan montreal moscow mumbai munich nairobi nashville newcastle oslo oxford "
    "paris philadelphia portland prague rome seattle seoul shanghai sheffield stockholm sydney tokyo toronto "
    "vancouver vienna vegas warsaw washington zurich alabama alaska arizona arkansas california colorado connecticut "
    "delaware florida georgia hawaii idaho illinois indiana iowa kansas kentucky louisiana maine maryland "
    "massachusetts michigan minnesota mississippi missouri montana nebraska nevada ohio oklahoma oregon pennsylvania "
    "tennessee texas utah vermont virginia wisconsin wyoming york new san francisco los angeles las diego antonio "
    "jersey"
)
# Forms of address, oaths and interjections.
_SPOKEN = (
    "i i'm i've i'd i'll god jesus christ gosh oh ok okay yeah yes no hi hey hello wow mr mrs ms dr prof sir madam "
    "lol omg wtf tbh fyi imo aka a.k.a asap etc vs am pm a.m p.m bc ad ce tv pc nb ps p.s rip vip q&a i.e e.g ie eg "
    "btw no1 ta diy fun est pst gmt utc cet pdt edt"
)
# Between two names rather than in one.
_BREAKING = frozenset(_SPOKEN.split())
_PLAIN = frozenset(f"{_CALENDAR} {_PEOPLES} {_PLACES} {_CITIES} {_SPOKEN}".split())
# "7", "2nd", "90s" and "10x".
_AMOUNT = re.compile(r"[\d.]+(?:st|nd|rd|th|[skmbx])?")


def is_no_term(word: str) -> bool:
    """Say whether a word, in any case, is of one of these lists, or a bare number or amount ("2nd", "90s", "10x")."""
    folded = word.casefold().replace("’", "'")
    is_listed = folded in _PLAIN or folded.removesuffix("s") in _PLAIN
    return is_listed or len(folded) == 1 or _AMOUNT.fullmatch(folded) is not None


def breaks_name(word: str) -> bool:
    """Say whether a word, in any case, is never a part of a name: "I", "OK", "Mr"."""
    return word.casefold().replace("’", "'") in _BREAKING
