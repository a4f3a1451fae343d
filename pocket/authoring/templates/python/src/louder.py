def louder(text: str, marks: int) -> str:
    return text.upper() + "!" * marks
