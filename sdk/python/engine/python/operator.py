def add(a, b):
    return a + b


def sub(a, b):
    return a - b


def mul(a, b):
    return a * b


def truediv(a, b):
    return a / b


def floordiv(a, b):
    return a // b


def mod(a, b):
    return a % b


def pow(a, b):
    return a**b


def neg(a):
    return -a


def and_(a, b):
    return a & b


def or_(a, b):
    return a | b


def xor(a, b):
    return a ^ b


def not_(a):
    return not a


def truth(a):
    return bool(a)


def eq(a, b):
    return a == b


def ne(a, b):
    return a != b


def lt(a, b):
    return a < b


def le(a, b):
    return a <= b


def gt(a, b):
    return a > b


def ge(a, b):
    return a >= b


def is_(a, b):
    return a is b


def is_not(a, b):
    return a is not b


def contains(a, b):
    return b in a


def concat(a, b):
    return a + b


def getitem(a, b):
    return a[b]


def setitem(a, b, c):
    a[b] = c


def delitem(a, b):
    del a[b]


def itemgetter(*items):
    if len(items) == 1:
        item = items[0]
        return lambda value: value[item]
    return lambda value: tuple([value[item] for item in items])


def attrgetter(*attributes):
    paths = [attribute.split(".") for attribute in attributes]

    def follow(value, path):
        for name in path:
            value = getattr(value, name)
        return value

    if len(paths) == 1:
        return lambda value: follow(value, paths[0])
    return lambda value: tuple([follow(value, path) for path in paths])


def methodcaller(name, *args, **named):
    return lambda value: getattr(value, name)(*args, **named)
