"""Functions of the library of Python plugins, each of which gives in Pocket what it gives in CPython."""

from __future__ import annotations

BODIES = {
    "re: matches": r"""
        import re
        m = re.compile("(?P<year>[0-9]{4})-(?P<month>[0-9]+)(-x)?").search("on 2024-02 or so")
        p = m.re
        said = [m.group(), m.group(1, "month"), m["year"], m[2], m.groups(), m.groups("-"), sorted(m.groupdict("?").items())]
        said += [m.start(), m.end(1), m.span("month"), m.span(3), m.pos, m.endpos, m.string, m.lastindex, m.lastgroup, m.regs]
        said += [m.expand("\\2/\\g<year>\\n\\3"), repr(m), bool(m), p.pattern, p.flags, p.groups, sorted(p.groupindex.items()), repr(p)]
        said += [p.match("2024-02", 1) is None, p.search("2024-02 2023-01", 5, 14).span(), p.fullmatch("x2024-1", 1).span()]
        for wrong in (lambda: m.group(4), lambda: m["day"], lambda: m.start(-1)):
            try: wrong()
            except IndexError as error: said.append(str(error))
        return said
        """,
    "re: pieces": r"""
        import re
        text = "a1b22,c333;"
        said = [re.split("[,;]", text), re.split("([0-9])", text, maxsplit=2), re.split("x*", "axbc"), re.split("", "ab"), re.findall("[a-z]", text)]
        said += [re.findall("([a-z])([0-9])", text), re.findall("(x)?a", "axa"), re.sub("[0-9]+", "#", text), re.subn("[0-9]", "", text, count=3)]
        said += [re.sub("x*", "-", "abxd"), re.sub("(a)|(b)", "[\\1\\2]", "abc"), re.sub("(?P<n>.)", "\\g<n>\\g<1>\\\\\\t", "ab")]
        said += [re.sub("[0-9]+", lambda m: str(int(m.group()) + 1), text), re.sub("b", "\\g<0>0", "b"), re.sub("(.)", "\\0017\\061\\1", "x")]
        said += [re.escape("a.b*c-d e#\n\u00e9_"), [m.group() for m in re.finditer("[0-9]+", text)], re.sub("\u00fc", "ue", "gr\u00fcn \U0001f600 f\u00fcr")]
        said += [[m.span() for m in re.finditer("[^ ]+", "\U0001f600a \u00fc\U0001f600\U0001f600 z" * 40)][-3:], re.split(" ", "\u00e9 \U0001f600 x")]
        for template in ("\\2", "\\g<2>", "\\g<n", "\\g<>", "\\gn", "\\q", "\\", "\\g<1x>", "\\400"):
            try: re.sub("(a)", template, "a")
            except re.error as error: said.append([error.msg, error.pos])
        try: re.sub("(a)", "\\g<no>", "a")
        except IndexError as error: said.append(str(error))
        return said
        """,
    "re: bytes, types, flags": r"""
        import re
        said = [re.findall(b"[a-z\xe9]+", b"ab\xe9 CD", re.I) == [b"ab\xe9", b"CD"], re.sub(b"(a)", b"<\\1>", b"cat") == b"c<a>t"]
        said += [re.match(b"\\w", b"\xe9") is None, re.split(b",", bytearray(b"a,b")) == [b"a", b"b"], re.compile(b"x", re.I).flags]
        for wrong in (lambda: re.match("a", b"a"), lambda: re.match(b"a", "a"), lambda: re.match("a", 3), lambda: re.compile(3), lambda: re.sub("a", b"b", "a")):
            try: wrong()
            except TypeError: said.append("TypeError")
        p = re.compile("a", re.I)
        said += [re.compile(p) is p, re.compile("(?im)a").flags, re.compile("a", re.A).flags, p == re.compile("a", re.I)]
        try: re.compile(p, re.I)
        except ValueError as error: said.append(str(error))
        return said
        """,
    "datetime: parts and texts": """
        from datetime import date, datetime, time, timedelta, timezone
        d = datetime(2024, 2, 29, 23, 59, 58, 123456, tzinfo=timezone(timedelta(hours=-5, minutes=-30)))
        return [
            str(d), repr(d), d.isoformat(), d.isoformat(" ", "minutes"), d.isoformat(timespec="milliseconds"),
            str(d.date()), str(d.time()), str(d.timetz()), d.weekday(), d.isoweekday(), d.toordinal(),
            tuple(d.isocalendar()), d.timestamp(), tuple(d.timetuple())[:8], d.tzname(), str(d.utcoffset()),
            str(d.astimezone(timezone.utc)), str(d.replace(year=2023, day=1)), repr(d.date()), repr(d.time()),
            repr(time(1, 2)), repr(date(1, 1, 1)), repr(timezone.utc), str(timezone(timedelta(hours=3), "X")),
            d.strftime("%d.%m.%Y"), str(datetime.combine(date(2020, 1, 2), time(3, 4))), d.ctime(),
        ]
        """,
    "datetime: arithmetic": """
        from datetime import date, datetime, timedelta, timezone
        a, b = datetime(2020, 2, 28, 12), datetime(2024, 3, 1, 6, 30, 0, 5)
        t = timedelta(days=-1, seconds=3, microseconds=7)
        return [
            str(b - a), str(a - b), (b - a).total_seconds(), str(a + timedelta(days=2)), str(a - timedelta(weeks=60)),
            str(t), repr(t), t.days, t.seconds, t.microseconds, str(-t), str(abs(t)), str(t * 3), str(2.5 * t),
            str(t / 2), t / timedelta(seconds=1), str(t // 7), t // timedelta(hours=1), str(t % timedelta(hours=7)),
            [str(part) for part in divmod(t, timedelta(minutes=7))], bool(timedelta()), timedelta(1) == timedelta(hours=24),
            str(date(2024, 1, 31) + timedelta(30)), str(date(2024, 3, 1) - date(2023, 3, 1)), str(timedelta(hours=1.5)),
            str(sum([timedelta(1), timedelta(2)], timedelta())), repr(timedelta()), str(timedelta(milliseconds=1.5)),
            a < b, a == b, max(a, b) == b, date(2020, 1, 1) <= date(2020, 1, 1), len({a, b, datetime(2020, 2, 28, 12)}),
            datetime(2020, 1, 1, tzinfo=timezone.utc) == datetime(2020, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))),
            a == datetime(2020, 2, 28, 12, tzinfo=timezone.utc), sorted([b, a])[0] == a, a == date(2020, 2, 28),
            str(datetime.fromtimestamp(1700000000.25, timezone.utc)), str(datetime.fromtimestamp(-1.5, timezone.utc)),
        ]
        """,
    "datetime: ISO 8601 back": """
        from datetime import date, datetime, time
        texts = [
            "2024-02-29", "2024-02-29T12:30", "2024-02-29 12:30:15.5", "2024-02-29T12:30:15.123456789+02:00", "20240229",
            "20240229T123015Z", "2024-W09-4", "2024W094", "2024-W09", "2024-02-30", "2024-13-01", "2024-2-29", "", "x",
            "2024-02-29T25:00", "2024-02-29T12:60", "2024-02-29T", "2024-02-29T12:30:15-05:30", "2024-02-29T12",
            "2024-W09-4T10:11", "0000-01-01", "2024-02-29T12:30:15,25",
        ]
        said = []
        for text in texts:
            for kind in (date, datetime):
                try:
                    said.append(str(kind.fromisoformat(text)))
                except ValueError:
                    said.append("no")
        return said + [str(time.fromisoformat(text)) for text in ("04:23:01", "T042301", "04:23:01.000384", "04:23:01+04:00")]
        """,
    "datetime: strftime and strptime": """
        from datetime import date, datetime, time, timedelta, timezone
        moments = [datetime(2024, 12, 30, 0, 5, 9, 42), datetime(1999, 1, 3, 13, 0, 0, tzinfo=timezone.utc)]
        said = []
        for m in moments:
            for letter in "aAbBcdDeFfgHIjmMpSTuUVwWxXyYzZGRC%":
                if letter != "g":
                    said.append(m.strftime("%" + letter))
        for text, pattern in [
            ("2024-02-29 13:14:15.5", "%Y-%m-%d %H:%M:%S.%f"), ("29 Feb 24 01:02 PM", "%d %b %y %I:%M %p"),
            ("Thursday, February 29 2024", "%A, %B %d %Y"), ("2024-060", "%Y-%j"), ("12:00 +0530", "%H:%M %z"),
            ("12:00 -01:00", "%H:%M %z"), ("2024-02-30", "%Y-%m-%d"), ("2024-02-29x", "%Y-%m-%d"), ("x", "%Y"),
            ("1/2/99", "%m/%d/%y"), ("100%", "%f%%"), ("a(b)", "a(b)"), ("2020", "%Q"), ("x", "%"),
        ]:
            try:
                said.append(str(datetime.strptime(text, pattern)))
            except ValueError as error:
                said.append(str(error))
        return said + [date(2020, 1, 1).strftime("%H:%M"), time(5).strftime("%H %Y")]
        """,
    "datetime: what is refused": """
        from datetime import date, datetime, time, timedelta, timezone
        tries = [
            lambda: date(2023, 2, 29), lambda: date(0, 1, 1), lambda: datetime(2020, 13, 1), lambda: time(24),
            lambda: datetime(2020, 1, 1, tzinfo=1), lambda: datetime.max + timedelta(days=1),
            lambda: datetime(2020, 1, 1) < datetime(2020, 1, 1, tzinfo=timezone.utc),
            lambda: datetime(2020, 1, 1) - datetime(2020, 1, 1, tzinfo=timezone.utc),
            lambda: timezone(timedelta(hours=24)), lambda: timedelta(days=10**9), lambda: timezone(3),
            lambda: date(2020, 1, 1) < 3, lambda: date(2020, 1, 1) + date(2020, 1, 1), lambda: time(1).isoformat("x"),
        ]
        said = []
        for each in tries:
            try:
                said.append(repr(each()))
            except Exception as error:
                said.append(type(error).__name__)
        return said
        """,
    "collections": """
        from collections import ChainMap, Counter, OrderedDict, defaultdict, deque, namedtuple
        c = Counter("abracadabra")
        groups = defaultdict(list)
        for word in ["ant", "bee", "ape"]:
            groups[word[0]].append(word)
        q = deque([1, 2, 3], maxlen=3)
        q.append(4); q.appendleft(0); q.rotate(1); q.extend([7, 8])
        long = deque()
        for n in range(200):
            long.append(n)
            if n % 3 == 0: long.popleft()
        long.appendleft(-1)
        Point = namedtuple("Point", "x y z", defaults=[3])
        p = Point(1, y=2)
        x, y, z = p
        return [
            c.most_common(2), c["z"], c.total(), sorted((c + Counter("az")).items()), sorted((c - Counter("aab")).items()),
            sorted((c & Counter("ab")).items()), sorted(Counter(a=1, b=2).elements()), isinstance(c, dict), len(c),
            sorted(groups.items()), "x" in groups, groups["x"], "x" in groups, list(q), len(q), q[0], q[-1], 7 in q,
            list(long)[:4], long.pop(), long.popleft(), len(long), [x, y, z], p[2], p == (1, 2, 3), p._asdict()["z"],
            repr(p), list(OrderedDict([("b", 1), ("a", 2)])), ChainMap({"a": 1}, {"a": 2, "b": 3})["b"],
            sorted(dict(c).items()), defaultdict(int, {"a": 1})["a"], repr(Counter("aab")), bool(deque()), c == Counter("abracadabra"),
        ]
        """,
    "dataclasses": """
        from dataclasses import asdict, astuple, dataclass, field, fields, is_dataclass, replace
        from typing import ClassVar
        @dataclass
        class Point:
            x: int
            y: int = 0
            tags: list = field(default_factory=list)
            count: ClassVar[int] = 7
            def norm(self): return self.x * self.x + self.y * self.y
        @dataclass(order=True)
        class Deep(Point):
            z: float = field(default=0.5, compare=False)
            total: float = field(init=False)
            def __post_init__(self): self.total = self.x + self.z
        @dataclass(frozen=True)
        class Fixed:
            name: str
        p, q = Point(1), Point(1, tags=["t"])
        q.tags.append("u")
        said = [repr(p), repr(q), p == Point(1), p == q, p.norm(), p.count, [f.name for f in fields(Deep)], repr(Deep(1, 2))]
        said += [Deep(1, 2) < Deep(1, 3), astuple(q), sorted(asdict(Deep(2, tags=[1])).items()), repr(replace(p, y=9))]
        said += [is_dataclass(p), is_dataclass(3), repr(Fixed("n")), len({Fixed("n"), Fixed("n")}), p.tags]
        for wrong in (lambda: Point(), lambda: Point(1, 2, [], 4), lambda: Point(1, w=2), lambda: Point(1, x=2)):
            try: wrong()
            except TypeError: said.append("TypeError")
        f = Fixed("m")
        try: f.name = "o"
        except AttributeError as error: said.append(str(error))
        return said + [f.name]
        """,
    "enum": """
        from enum import Enum, IntEnum, auto, unique
        class Color(Enum):
            RED = 1
            GREEN = "g"
            CRIMSON = 1
            def loud(self): return self.name + "!"
        class Level(IntEnum):
            LOW = auto()
            HIGH = auto()
        class Kind(str, Enum):
            A = "a"
            B = "b"
        said = [Color.RED.name, Color.RED.value, Color("g").name, Color["RED"] is Color.RED, [c.name for c in Color], len(Color)]
        said += [Color.CRIMSON is Color.RED, Color.RED == 1, Color.RED != Color.GREEN, Color.GREEN.loud(), str(Color.RED), repr(Color.RED)]
        said += [Level.HIGH > Level.LOW, Level.HIGH + 1, int(Level.LOW), Level(2).name, sorted([Level.HIGH, Level.LOW])[0].name]
        said += [Kind.A == "a", Kind("b") is Kind.B, {Kind.A: 1}[Kind.A], {Color.RED: 2}[Color.RED], Color.RED in Color, Kind.A.upper()]
        said += [sorted(Color.__members__)]
        for wrong in (lambda: Color(3), lambda: Color["X"], lambda: Color.X):
            try: wrong()
            except Exception as error: said.append(type(error).__name__ + ("" if isinstance(error, LookupError) or isinstance(error, AttributeError) else str(error)))
        return said
        """,
    "functools": """
        from functools import cache, cached_property, cmp_to_key, lru_cache, partial, reduce, total_ordering, wraps
        calls = []
        @lru_cache(maxsize=2)
        def slow(n):
            calls.append(n)
            return n * 2
        @cache
        def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
        @total_ordering
        class V:
            def __init__(self, n): self.n = n
            def __eq__(self, other): return self.n == other.n
            def __lt__(self, other): return self.n < other.n
        class W:
            @lru_cache
            def double(self, n): return [self.k, n * 2]
            k = 5
        def traced(f):
            @wraps(f)
            def call(*a, **k): return ["traced", f(*a, **k)]
            return call
        @traced
        def plain(a, b=2): return a + b
        return [
            [slow(1), slow(2), slow(1), slow(3), slow(1), slow(2)], calls, fib(60), V(1) <= V(1), V(2) > V(1), V(1) >= V(2),
            partial(plain, b=5)(1), partial(max, 3)(2), reduce(lambda a, b: a + b, [1, 2, 3]), reduce(lambda a, b: a, [], 4),
            sorted([3, 1, 2], key=cmp_to_key(lambda a, b: b - a)), W().double(4),
        ]
        """,
    "itertools": """
        import itertools as i
        return [
            list(i.islice(i.cycle("ab"), 5)), list(i.repeat(1, 3)), list(i.chain([1], [2])), list(i.chain.from_iterable(["ab", "c"])),
            list(i.islice("abcdef", 1, None, 2)), list(i.islice("abcdef", 2)), list(i.accumulate([1, 2, 3])),
            list(i.accumulate([1, 2, 3], lambda a, b: a * b, initial=2)), list(i.takewhile(lambda n: n < 3, [1, 2, 3, 1])),
            list(i.dropwhile(lambda n: n < 3, [1, 2, 3, 1])), list(i.filterfalse(None, [0, 1, ""])), list(i.compress("abc", [1, 0, 1])),
            list(i.starmap(lambda a, b: a - b, [(3, 1)])), list(i.pairwise("abc")), [list(t) for t in i.tee([1, 2])],
            list(i.zip_longest("ab", "c", fillvalue="-")), list(i.product("ab", repeat=2)), [[k, list(g)] for k, g in i.groupby("aab")],
            list(i.combinations("abc", 2)), list(i.combinations_with_replacement("ab", 2)), list(i.permutations("abc", 2)),
        ]
        """,
    "text: string, textwrap, html": """
        import html, string, textwrap
        text = "The quick brown fox jumps over the lazy dog, and an extraordinarilylongword is broken in pieces."
        return [
            string.ascii_letters, string.punctuation, string.capwords("hello wORLD"), string.Template("$a ${b} $$ $c").safe_substitute(a=1, b="x"),
            textwrap.wrap(text, 12), textwrap.fill(text, 30, initial_indent="* ", subsequent_indent="  "), textwrap.shorten(text, 25),
            textwrap.dedent("  a\\n    b\\n\\n  c"), textwrap.indent("a\\n\\nb\\n", "> "), textwrap.wrap(text, 20, max_lines=2),
            html.escape('<a href="x">\\'&'), html.unescape("&lt;&eacute;&#x1F600;&#65;&unknown; &amp;amp; &nbsp;|&euro;"),
        ]
        """,
    "csv": """
        import csv, io
        text = 'name,"note ""x"" y",n\\r\\n"a\\nb", c,1\\r\\n\\r\\n,,\\n"" ,x'
        rows = list(csv.reader(io.StringIO(text)))
        out = io.StringIO()
        w = csv.writer(out)
        w.writerows([["a", 1, None, 2.5, 'q"q', "x,y", "l\\nm", ""], [""], []])
        named = io.StringIO()
        d = csv.DictWriter(named, ["a", "b"], lineterminator="\\n")
        d.writeheader(); d.writerow({"a": 1}); d.writerow({"a": "x", "b": "y z"})
        told = [[row["a"], row["b"]] for row in csv.DictReader(["a,b", "1,2", "", "3"])]
        return [
            rows, out.getvalue(), named.getvalue(), told, list(csv.reader(["a;'b;c'"], delimiter=";", quotechar="'")),
            list(csv.reader(["a\\tb"], "excel-tab")), list(csv.reader(["1,\\"x\\""], quoting=csv.QUOTE_NONNUMERIC)),
            list(csv.reader(["a, b"], skipinitialspace=True)), list(csv.reader(['a"b,"c"d'])),
        ]
        """,
    "urllib.parse": """
        from urllib.parse import parse_qs, parse_qsl, quote, quote_plus, unquote, unquote_plus, urlencode, urljoin, urlparse, urlsplit, urlunparse
        u = urlparse("https://User:p%40ss@Example.com:8080/a/b;p?q=1&q=2#frag")
        return [
            list(u), u.hostname, u.port, u.username, u.password, u.geturl(), quote("a b/ü?&"), quote_plus("a b/ü"), unquote("a%20b%C3%BC%ff%zz"),
            unquote_plus("a+b%2B"), urlencode({"q": "a b&c"}), urlencode([("a", 1), ("b", [1, 2])], doseq=True), sorted(parse_qs("a=1&a=2&b=&c").items()),
            parse_qsl("a=1&b=%20x&c=", keep_blank_values=True), list(urlsplit("//host/p")), list(urlsplit("mailto:a@b")), urlunparse(("http", "h", "/p", "", "q", "")),
            [urljoin("http://h/a/b/c?x", rest) for rest in ("d", "../d", "/d", "?y", "#f", "//o/p", "http://z/", "./", "../../../x", "")],
        ]
        """,
    "bisect, heapq, operator, copy, contextlib, statistics, uuid": """
        import bisect, contextlib, copy, heapq, operator, statistics, uuid
        a = [1, 3, 3, 5]
        bisect.insort(a, 4)
        heap = [5, 1, 4, 2]
        heapq.heapify(heap); heapq.heappush(heap, 0)
        order = []
        @contextlib.contextmanager
        def room(name):
            order.append("in " + name)
            try: yield name
            except KeyError: order.append("caught")
            finally: order.append("out " + name)
        with room("a") as r: order.append(r)
        with room("b"): raise KeyError(1)
        with contextlib.suppress(ValueError): raise ValueError
        try:
            with room("c"): raise IndexError
        except IndexError: order.append("passed")
        with contextlib.ExitStack() as stack:
            stack.enter_context(room("d")); stack.callback(order.append, "last")
        class Box:
            def __init__(self): self.items = [1]
        box = Box(); shallow, deep = copy.copy(box), copy.deepcopy(box)
        box.items.append(2)
        ring = []; ring.append(ring); other = copy.deepcopy(ring)
        data = [2.5, 3.25, 5.5, 11.5, 0.1]
        return [
            a, bisect.bisect_left(a, 3), bisect.bisect(a, 3), [heapq.heappop(heap) for _ in range(5)], heapq.nlargest(2, [1, 9, 3]),
            heapq.nsmallest(2, ["bb", "a", "ccc"], key=len), list(heapq.merge([1, 4], [2, 3])), order, shallow.items, deep.items, other[0] is other,
            copy.deepcopy({"a": [1, (2, [3])]}), operator.itemgetter(1, 0)("ab"), operator.attrgetter("items")(box), operator.methodcaller("upper")("x"),
            statistics.mean([1, 2, 3]), statistics.mean(data), statistics.median(data), statistics.stdev(data), statistics.pvariance(data),
            statistics.mode("aabbb"), statistics.quantiles(data), statistics.quantiles([1, 2, 3], n=3, method="inclusive"), statistics.fmean([1, 2]),
            str(uuid.UUID("{12345678-1234-5678-1234-567812345678}")), uuid.uuid4().version, len(str(uuid.uuid4())), uuid.uuid4() != uuid.uuid4(),
        ]
        """,
    "typing and abc": """
        from __future__ import annotations
        from abc import ABC, abstractmethod
        from collections.abc import Callable, Iterable
        from typing import Any, Generic, NamedTuple, Optional, Protocol, TypeVar, cast
        T = TypeVar("T")
        class Stack(Generic[T]):
            def __init__(self): self.items: list[T] = []
            def push(self, item: T) -> Stack[T]:
                self.items.append(item)
                return self
        class Shape(ABC):
            @abstractmethod
            def area(self) -> float: ...
        class Square(Shape):
            side: float = 2
            def area(self): return self.side * self.side
        class Named(Protocol):
            name: str
        class Pair(NamedTuple):
            left: int
            right: str = "r"
        class Triple(NamedTuple):
            a: int
            b: int
            def total(self): return self.a + self.b
        return [Stack().push(1).items, Square().area(), isinstance(Square(), Shape), cast(int, "x"), list(Pair(1)), Pair(2, "s").right, Triple(1, 2).total(), list(Triple(3, 4))]
        """,
}
