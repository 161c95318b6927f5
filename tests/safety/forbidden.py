"""Addresses that no feed may make us ask, by what makes them forbidden: over two hundred."""

LOOPBACK_SPELT_OUT = """
http://127.0.0.1/ http://127.0.0.1:80/ https://127.0.0.1/ http://127.0.0.1:443/ https://127.0.0.1:80/
http://127.0.0.2/ http://127.1.2.3/ http://127.255.255.254/ http://127.0.0.0/ http://127.255.255.255/
http://127.0.0.1./ http://127.0.0.1/.. http://127.0.0.1/%2e%2e/ http://127.0.0.1?x http://127.0.0.1#x
HTTP://127.0.0.1/ hTTps://127.0.0.1/ http:///127.0.0.1/ http:127.0.0.1/ http:/127.0.0.1/
"""
OTHER_SPELLINGS_OF_NUMBERS = """
http://2130706433/ http://017700000001/ http://0x7f000001/ http://0x7F000001/ http://0X7f000001/
http://0177.0.0.1/ http://0177.0.0.01/ http://0177.00.00.01/ http://0x7f.0.0.1/ http://0x7f.0x0.0x0.0x1/
http://127.1/ http://127.0.1/ http://0x7f.1/ http://0177.1/ http://127.0x1/ http://127.00000000001/
http://00000177.0.0.1/ http://0x0000007f.1/ http://127.0.0.0x1/ http://127.0.0.01/ http://0/ http://0x0/ http://00/
http://0.0/ http://0.0.0/ http://3232235777/ http://0xc0a80101/ http://192.168.257/ http://192.11010305/ http://10.1/
http://167772161/ http://0xa000001/ http://012.0.0.1/ http://2852039166/ http://0xa9fea9fe/ http://0251.0376.0251.0376/
http://169.254.43518/ http://169.16689662/ http://0xa9.0xfe.0xa9.0xfe/ http://025177524776/ http://4294967295/
http://127.0.0.1%20/ http://%31%32%37.0.0.1/ http://127%2e0%2e0%2e1/ http://[127.0.0.1]/ http://127.0.0.256/
"""
NETWORKS_OF_THEIR_OWN = """
http://0.0.0.0/ http://0.0.0.0:80/ http://0.1.2.3/ http://10.0.0.1/ http://10.255.255.254/ http://172.16.0.1/
http://172.31.255.254/ http://192.168.0.1/ http://192.168.1.254/ http://100.64.0.1/ http://100.127.255.254/
http://169.254.0.1/ http://169.254.255.254/ http://192.0.0.1/ http://192.0.0.8/ http://192.0.0.170/ http://192.0.2.1/
http://192.88.99.1/ http://198.18.0.1/ http://198.19.255.254/ http://198.51.100.1/ http://203.0.113.1/
http://224.0.0.1/ http://224.0.0.251/ http://239.255.255.250/ http://240.0.0.1/ http://250.1.2.3/
http://255.255.255.254/ http://255.255.255.255/
"""
SIXES = """
http://[::1]/ http://[::1]:80/ https://[::1]/ http://[0:0:0:0:0:0:0:1]/ http://[0000::0001]/ http://[::]/
http://[0::0]/ http://[::1%25lo]/ http://[::1%25eth0]/ http://[::1%lo]/ http://[fe80::1]/ http://[fe80::1%25eth0]/
http://[fe80::a9fe:a9fe%251]/ http://[febf::1]/ http://[fec0::1]/ http://[fc00::1]/ http://[fd00::1]/
http://[fdff:ffff::1]/ http://[ff02::1]/ http://[ff02::fb]/ http://[ff0e::1]/ http://[100::1]/ http://[2001:db8::1]/
http://[3fff::1]/ http://[2001:2::1]/ http://[2001:10::1]/ http://[2001:20::1]/ http://[5f00::1]/ http://[4000::1]/
http://[1::1]/ http://[e000::1]/
"""
FOURS_INSIDE_SIXES = """
http://[::ffff:127.0.0.1]/ http://[::ffff:7f00:1]/ http://[0:0:0:0:0:ffff:7f00:0001]/ http://[::ffff:0.0.0.0]/
http://[::ffff:10.0.0.1]/ http://[::ffff:192.168.1.1]/ http://[::ffff:169.254.169.254]/ http://[::ffff:a9fe:a9fe]/
http://[::ffff:100.64.0.1]/ http://[::FFFF:127.0.0.1]/ http://[::127.0.0.1]/ http://[::7f00:1]/ http://[::10.0.0.1]/
http://[::ffff:0:127.0.0.1]/ http://[::ffff:0:7f00:1]/ http://[64:ff9b::127.0.0.1]/ http://[64:ff9b::7f00:1]/
http://[64:ff9b::a00:1]/ http://[64:ff9b::169.254.169.254]/ http://[64:ff9b:1::127.0.0.1]/ http://[64:ff9b:1::a00:1]/
http://[2002:7f00:1::]/ http://[2002:7f00:0001::1]/ http://[2002:a00:1::1]/ http://[2002:c0a8:101::1]/
http://[2002:a9fe:a9fe::]/ http://[2001:0:7f00:1::]/ http://[2001::1]/ http://[2001:0:808:808:0:0:80ff:fffe]/
http://[2a00:1450::5efe:127.0.0.1]/ http://[2a00:1450::5efe:a00:1]/ http://[2a00:1450::200:5efe:c0a8:101]/
http://[2002:808:808::5efe:7f00:1]/
"""
OTHER_LETTERS = """
http://①②⑦.⓪.⓪.①/ http://１２７.０.０.１/ http://127。0。0。1/ http://127．0．0．1/ http://127｡0｡0｡1/
http://𝟏𝟐𝟕.𝟎.𝟎.𝟏/ http://١٢٧.٠.٠.١/ http://१२७.०.०.१/ http://¹²⁷.0.0.1/ http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/ http://ｌｏｃａｌｈｏｓｔ/
http://LOCALHOST。/ http://loca\u00adlhost/ http://loc\u200balhost/ http://127.0.0.1\u200b/ http://⒈⒉⒎/
"""
NAMES_OF_ONES_OWN = """
http://localhost/ http://LocalHost/ http://localhost./ http://localhost:443/ https://localhost/ http://a.localhost/
http://a.b.localhost./ http://localhost.localdomain/ http://printer.local/ http://router.LOCAL./ http://x.internal/
http://nas.home.arpa/ http://kubernetes.default.svc.cluster.local/ http://intranet/ http://router/ http://host.docker.internal/
http://127.0.0.1.rebound.example/ http://local.rebound.example/ http://rebound.example/
http://xn--rebound-example.rebound.example/ http://evil.example@127.0.0.1/ http://user:password@127.0.0.1/
http://8.8.8.8@127.0.0.1/ http://8.8.8.8:80@127.0.0.1/
http://8.8.8.8%00@127.0.0.1/ http://user@localhost:80/ http://:@127.0.0.1/ http://a@b@127.0.0.1/
"""
METADATA_OF_CLOUDS = """
http://169.254.169.254/ http://169.254.169.254/latest/meta-data/ http://169.254.170.2/v2/credentials
http://169.254.169.123/ http://metadata.google.internal/ http://metadata.google.internal./computeMetadata/v1/
http://metadata/computeMetadata/v1/ http://instance-data/latest/ http://100.100.100.200/latest/meta-data/
http://192.0.0.192/latest/ http://168.63.129.16/machine/ http://[fd00:ec2::254]/latest/meta-data/
http://[fd20:ce::254]/ http://[fe80::a9fe:a9fe]/ http://metadata.rebound.example/
"""
OTHER_PORTS = """
http://8.8.8.8:22/ http://8.8.8.8:25/ http://8.8.8.8:6379/ http://8.8.8.8:8080/ http://8.8.8.8:8000/ https://8.8.8.8:8443/
http://8.8.8.8:1/ http://8.8.8.8:65535/ http://8.8.8.8:0/ http://public.example:3306/ http://public.example:9200/
http://127.0.0.1:{canary}/ http://localhost:{canary}/ http://[::1]:{canary}/ http://2130706433:{canary}/
http://[::ffff:127.0.0.1]:{canary}/ http://0.0.0.0:{canary}/ http://public.example:{canary}/ http://rebound.example:{canary}/
"""
OTHER_SCHEMES = """
file:///etc/passwd file://127.0.0.1/etc/passwd file:/etc/passwd FILE:///etc/passwd ftp://127.0.0.1/x gopher://127.0.0.1:{canary}/_x
dict://127.0.0.1:{canary}/x ldap://127.0.0.1/ sftp://127.0.0.1/ tftp://127.0.0.1/ ws://127.0.0.1/ wss://127.0.0.1/
unix:///var/run/docker.sock http+unix://%2Fvar%2Frun%2Fdocker.sock/ jar:http://127.0.0.1!/ netdoc:///etc/passwd
data:audio/mpeg,x javascript:alert(1) blob:http://127.0.0.1/x view-source:http://127.0.0.1/ concat:/etc/passwd
subfile:/etc/passwd hls+http://127.0.0.1/ rtmp://127.0.0.1/ rtsp://127.0.0.1/ rtp://127.0.0.1:{canary} udp://127.0.0.1:{canary}
tcp://127.0.0.1:{canary} mms://127.0.0.1/ smb://127.0.0.1/x urn:x http://
"""

GROUPS = (
    LOOPBACK_SPELT_OUT,
    OTHER_SPELLINGS_OF_NUMBERS,
    NETWORKS_OF_THEIR_OWN,
    SIXES,
    FOURS_INSIDE_SIXES,
    OTHER_LETTERS,
    NAMES_OF_ONES_OWN,
    METADATA_OF_CLOUDS,
    OTHER_PORTS,
    OTHER_SCHEMES,
)


def forbidden(canary: int) -> list[str]:
    """Every address, those with a port of their own with the port of the canary."""
    return [address.replace("{canary}", str(canary)) for group in GROUPS for address in group.split()]
