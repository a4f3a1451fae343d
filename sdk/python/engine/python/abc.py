# What is abstract can be made all the same: the engine checks nothing.


class ABC:
    pass


def abstractmethod(function):
    return function


abstractclassmethod = abstractstaticmethod = abstractproperty = abstractmethod
