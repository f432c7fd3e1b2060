"""Who comes to the shop and when: users, regions, the daily shape, crawlers and static files."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.window import Window
from simulator.dice import Dice
from simulator.records import Visit
from simulator.shop import PAGES, Page

REQUESTS_PER_MINUTE = 2.5
REQUESTS_PER_MINUTE_IN_SHORT_WORLDS = 30.0
SHORT = timedelta(hours=6)
POPULATION = 420

BROWSERS: tuple[str, ...] = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
)
CRAWLERS: tuple[tuple[str, str, float], ...] = (
    ("198.18.3.7", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", 0.16),
    ("198.18.9.41", "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", 0.09),
    ("198.18.20.5", "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", 0.06),
)
STATIC: tuple[tuple[str, int], ...] = (("/static/shop.css", 18_400), ("/static/shop.js", 96_100), ("/favicon.ico", 1_150))


@dataclass(frozen=True, slots=True)
class Region:
    """A region: its share of the population and how many hours its clocks are ahead of UTC."""

    name: str
    share: float
    ahead_h: int


REGIONS: tuple[Region, ...] = (Region("eu-west", 0.4, 1), Region("us-east", 0.3, -5), Region("ap-northeast", 0.3, 9))


@dataclass(frozen=True, slots=True)
class Visitor:
    """A user with the address and browser they always come from."""

    user: str
    region: str
    client: str
    browser: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """A visitor asking for a page at an instant."""

    at: datetime
    visitor: Visitor
    page: Page


def busyness(at: datetime, ahead_h: int = 0) -> float:
    """How busy a region is: about 1 on average over a day, highest at 20:00 local time, lowest at 08:00."""
    hour = at.hour + at.minute / 60 + ahead_h
    return 1.0 + 0.6 * math.sin((hour - 14) / 24 * 2 * math.pi)


def load(at: datetime) -> float:
    """How busy the whole shop is: about 1 on average."""
    return sum(region.share * busyness(at, region.ahead_h) for region in REGIONS)


def rate(window: Window) -> float:
    """Page requests a minute on average: short worlds get more, so that a fault shows in them."""
    return REQUESTS_PER_MINUTE_IN_SHORT_WORLDS if window.length <= SHORT else REQUESTS_PER_MINUTE


def population(seed: int) -> dict[str, list[Visitor]]:
    """The shop's users by region, the same for everybody who asks in one world."""
    dice = Dice(seed, "people")
    people: dict[str, list[Visitor]] = {region.name: [] for region in REGIONS}
    for number in range(POPULATION):
        region = dice.pick(REGIONS, [place.share for place in REGIONS])
        client = f"100.{dice.whole(64, 127)}.{dice.whole(0, 255)}.{dice.whole(1, 254)}"
        people[region.name].append(Visitor(f"u-{1000 + number}", region.name, client, dice.pick(BROWSERS)))
    return people


def minutes_of(window: Window) -> Iterator[datetime]:
    """The start of every minute of a window."""
    at = window.start
    while at < window.end:
        yield at
        at += timedelta(minutes=1)


def within_minute(minute: datetime, dice: Dice) -> datetime:
    """An instant inside a minute, to the millisecond."""
    return minute + timedelta(milliseconds=dice.whole(0, 59_999))


def arrivals(window: Window, dice: Dice) -> list[Arrival]:
    """Every page request of the world's ordinary day, in order of time."""
    usual = rate(window)
    return crowd(window, PAGES, lambda _at: usual, dice)


def crowd(window: Window, pages: Sequence[Page], expected: Callable[[datetime], float], dice: Dice) -> list[Arrival]:
    """Page requests of real users at so many a minute (times how busy their region is), in order of time."""
    people = population(dice.seed)
    shares = [page.share for page in pages]
    found: list[Arrival] = []
    for minute in minutes_of(window):
        for region in REGIONS:
            number = dice.count(expected(minute) * region.share * busyness(minute, region.ahead_h))
            found += [Arrival(within_minute(minute, dice), dice.pick(people[region.name]), dice.pick(pages, shares)) for _ in range(number)]
    return sorted((arrival for arrival in found if window.contains(arrival.at)), key=lambda arrival: arrival.at)


def static_visits(coming: list[Arrival], dice: Dice) -> list[Visit]:
    """The static files that one page in eight makes a browser fetch; most are cached."""
    found: list[Visit] = []
    for arrival in coming:
        if dice.happens(0.125):
            path, size = dice.pick(STATIC)
            cached = dice.happens(0.3)
            found.append(
                Visit(arrival.at, arrival.visitor.client, path, 304 if cached else 200, 0 if cached else size, arrival.visitor.browser)
            )
    return found


def crawler_visits(window: Window, dice: Dice) -> list[Visit]:
    """Search engines reading robots.txt and product pages, evenly through the day."""
    found: list[Visit] = []
    for minute in minutes_of(window):
        for client, agent, rate in CRAWLERS:
            if dice.happens(rate):
                found.append(_crawl(within_minute(minute, dice), client, agent, dice))
    return found


def _crawl(at: datetime, client: str, agent: str, dice: Dice) -> Visit:
    if dice.happens(0.06):
        return Visit(at, client, "/robots.txt", 200, 312, agent)
    gone = dice.happens(0.05)
    return Visit(at, client, f"/product?sku=SKU-{dice.whole(1000, 1400)}", 404 if gone else 200, 640 if gone else 9_400, agent)
