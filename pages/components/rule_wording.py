"""Keyword rules in words: what a rule asks for, and what is wrong with one."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from analytics.rule_errors import (
    MAX_BRACKETS,
    MAX_DEPTH,
    MAX_KEYWORD,
    MAX_NUMBER,
    MAX_RULE,
    Fault,
    RuleSyntaxError,
)
from analytics.rule_parser import parse_rule
from analytics.rule_syntax import And, AtLeast, Keyword, Near, Node, Not, Or, Sequence

HELP = (
    "词与词之间用“且”“或”“非”连接，“或”与“且”“非”并列时加括号；充值*退：两词同句先后出现，相隔不超过10字；"
    "退款>=2：至少出现两次；甲 邻近8 乙：同句相隔不超过8字；甲 先后8 乙：甲在前；至少2（甲；乙；丙）：至少两项成立。"
    "例如：(预付卡 或 充值) 且 (不退 或 跑路) 非 话费"
)

_FAULTS: Mapping[Fault, str] = MappingProxyType(
    {
        Fault.EMPTY: "规则是空的，至少写一个词",
        Fault.RULE_TOO_LONG: f"规则超过{MAX_RULE:,}个字，请分成几个标签",
        Fault.KEYWORD_TOO_LONG: f"这个词超过{MAX_KEYWORD}个字，请缩短",
        Fault.TOO_DEEP: f"括号层数过多：规则最多{MAX_DEPTH}层，括号最多套{MAX_BRACKETS}重",
        Fault.UNCLOSED_BRACKET: "括号没有关上，请补上右括号",
        Fault.UNCLOSED_QUOTE: "引号没有关上，请补上右引号",
        Fault.UNOPENED_BRACKET: "多了一个右括号",
        Fault.NO_KEYWORD: "这里缺一个词或左括号",
        Fault.NO_OPERATOR: "两个词之间缺“且”“或”“非”；词里有空格的请加引号",
        Fault.MIXED_OPERATORS: "“或”与“且”“非”并列，请用括号分清先后",
        Fault.GLUED_OPERATOR: "连接词两边缺空格；它若是词的一部分，请给整个词加引号",
        Fault.BAD_CHARACTER: "词之间请用“或”连接；标点若是词的一部分，请给整个词加引号",
        Fault.BAD_NUMBER: f"应是1到{MAX_NUMBER}的整数",
        Fault.BAD_GAP: "“*”或“[数字]”两边都要有词",
        Fault.NEAR_OPERAND: "“邻近”“先后”两边只能是一个词，或括号里用“或”连接的几个词",
        Fault.HOLDS_ALWAYS: "规则只说了不能有什么，任何诉求都会符合，请至少写一个要有的词",
    }
)


def fault_text(error: RuleSyntaxError) -> str:
    """Return what is wrong with a rule and where.

    Examples
    --------
    >>> try:
    ...     parse_rule("充值 退款")
    ... except RuleSyntaxError as error:
    ...     print(fault_text(error))
    第4个字“退款”处：两个词之间缺“且”“或”“非”；词里有空格的请加引号。
    """
    found = error.found[:10]
    where = f"第{error.position + 1}个字“{found}”处" if found else "规则末尾"
    if error.fault in {Fault.EMPTY, Fault.RULE_TOO_LONG, Fault.HOLDS_ALWAYS, Fault.TOO_DEEP}:
        return f"{_FAULTS[error.fault]}。"
    return f"{where}：{_FAULTS[error.fault]}。"


def readable(rule: str) -> str:
    r"""Return a rule in words, a line for each part, indented by how deep it lies.

    Examples
    --------
    >>> readable("((预付卡 或 充值) 且 充值*退) 非 话费").splitlines()
    ['同时符合：', '\u3000含有其中之一：预付卡、充值', '\u3000“充值”之后10字内有“退”', '\u3000不含：话费']
    """
    return "\n".join("　" * depth + text for depth, text in _lines(_flat(parse_rule(rule)), 0))


def _flat(node: Node) -> Node:
    """Return a rule with conditions that are joined alike side by side."""
    match node:
        case And(items):
            flat = [_flat(each) for each in items]
            return And(tuple(one for each in flat for one in _parts(each)))
        case _:
            return node


def _parts(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, And) else (node,)


def _lines(node: Node, depth: int) -> Iterator[tuple[int, str]]:
    match node:
        case Keyword() | Sequence() | Near():
            yield depth, _single(node, "含有：")
        case Not(item):
            words = _words(item)
            if words:
                yield depth, f"不含：{'、'.join(words)}"
            else:
                yield depth, "以下不成立："
                yield from _lines(item, depth + 1)
        case And(items):
            yield depth, "同时符合："
            for each in items:
                yield from _lines(each, depth + 1)
        case Or(items) | AtLeast(items=items):
            yield from _alternatives(node, items, depth)


def _alternatives(node: Node, items: tuple[Node, ...], depth: int) -> Iterator[tuple[int, str]]:
    words = _words(node)
    if words:
        yield (
            depth,
            f"含有：{'、'.join(words)}" if len(words) == 1 else f"含有其中之一：{'、'.join(words)}",
        )
        return
    least = f"至少符合{node.least}项：" if isinstance(node, AtLeast) else "符合任一："
    yield depth, least
    plain = [] if isinstance(node, AtLeast) else _plain(items)
    if plain:
        yield depth + 1, f"含有其中之一：{'、'.join(plain)}"
    for each in items:
        if isinstance(node, AtLeast) or not _plain((each,)):
            yield from _lines(each, depth + 1)


def _plain(items: tuple[Node, ...]) -> list[str]:
    """Return the single words among these conditions."""
    return [each.text for each in items if isinstance(each, Keyword) and each.at_least == 1]


def _words(node: Node) -> list[str]:
    """Return the words of which any will do, none if the rule asks for more than that."""
    items = node.items if isinstance(node, Or) else (node,)
    found = _plain(items)
    return found if len(found) == len(items) else []


def _single(node: Keyword | Sequence | Near, before: str) -> str:
    if isinstance(node, Near):
        left, right = "、".join(node.left), "、".join(node.right)
        if node.ordered:
            return f"同句中“{left}”之后{node.within}字内有“{right}”"
        return f"同句中“{left}”与“{right}”相隔不超过{node.within}字"
    often = f"（至少{node.at_least}次）" if node.at_least > 1 else ""
    if isinstance(node, Keyword):
        return f"{before}{node.text}{often}"
    text = f"“{node.words[0]}”"
    for word, gap in zip(node.words[1:], node.gaps, strict=True):
        text += f"之后{gap}字内有“{word}”"
    return text + often
