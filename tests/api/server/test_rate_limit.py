"""How often one client may ask."""

from hypothesis import given
from hypothesis import strategies as st

from api.server.rate_limit import WINDOW, Rates, counted_as


def test_a_client_has_its_number_of_requests_a_minute() -> None:
    """The last one allowed is not over, the next is, says when to come back, and a new minute begins anew."""
    rates = Rates(120)
    found = [rates.count("a", 10.0 + number * 0.1) for number in range(121)]
    assert [allowance.is_over for allowance in found] == [False] * 120 + [True]
    assert [allowance.remaining for allowance in found[:2]] == [119, 118]
    assert found[-1].headers() == {
        "RateLimit-Limit": "120",
        "RateLimit-Remaining": "0",
        "RateLimit-Reset": "48",
        "RateLimit-Policy": "120;w=60",
        "Retry-After": "48",
    }
    assert "Retry-After" not in found[0].headers()
    assert rates.count("b", 22.0).remaining == 119
    assert not rates.count("a", 10.0 + WINDOW).is_over


def test_who_asks_on_is_not_kept_out_longer() -> None:
    """Requests that are refused do not move the end of the minute."""
    rates = Rates(2)
    assert [rates.count("a", float(second)).is_over for second in range(0, 60, 10)] == [False, False] + [True] * 4
    assert not rates.count("a", 60.0).is_over


def test_memory_is_bounded() -> None:
    """However many clients ask, so many are counted; the oldest window is let go first."""
    rates = Rates(1, most_clients=3)
    for number in range(100):
        rates.count(str(number), float(number) / 10)
        assert len(rates) <= 3
    assert rates.count("99", 10.0).is_over
    assert not rates.count("0", 10.0).is_over


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 30)), max_size=200), st.integers(1, 10))
def test_no_window_holds_more_than_its_limit(steps: list[tuple[str, float]], limit: int) -> None:
    """Against a list of all times: within a window of a client, as many pass as the limit says and no more."""
    rates = Rates(limit)
    now = 0.0
    windows: dict[str, list[float]] = {}
    for client, pause in steps:
        now += pause
        window = windows.setdefault(client, [])
        if window and now - window[0] >= WINDOW:
            window.clear()
        window.append(now)
        assert rates.count(client, now).is_over == (len(window) > limit)


def test_clients_are_counted_by_address() -> None:
    """An IPv6 client is its network, one written as IPv6 is what it is, and this machine is nobody."""
    assert counted_as("203.0.113.9") == "203.0.113.9"
    assert counted_as("::ffff:203.0.113.9") == "203.0.113.9"
    assert counted_as("2001:db8:1:2:aaaa::1") == counted_as("2001:db8:1:2:bbbb::2") == "2001:db8:1:2::/64"
    for local in ("127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", None, "testclient"):
        assert counted_as(local) is None
