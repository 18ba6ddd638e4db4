"""Names for villages and neighbourhoods, in Chinese and pinyin, made of parts; none is meant to be a real place."""

from __future__ import annotations

from facopt.sample.dice import Dice

_FAMILIES = (
    "陈 Chen|李 Li|王 Wang|刘 Liu|张 Zhang|杨 Yang|黄 Huang|周 Zhou|吴 Wu|徐 Xu|胡 Hu|朱 Zhu|高 Gao|林 Lin|何 He|"
    "郭 Guo|马 Ma|罗 Luo|梁 Liang|宋 Song|郑 Zheng|谢 Xie|韩 Han|唐 Tang|冯 Feng|于 Yu|董 Dong|萧 Xiao|程 Cheng|"
    "曹 Cao|袁 Yuan|邓 Deng|许 Xu|傅 Fu|沈 Shen|曾 Zeng|彭 Peng|吕 Lü|苏 Su|卢 Lu|蒋 Jiang|蔡 Cai|贾 Jia|丁 Ding|"
    "魏 Wei|薛 Xue|叶 Ye|阎 Yan|余 Yu|潘 Pan|杜 Du|戴 Dai|夏 Xia|钟 Zhong|汪 Wang|田 Tian|任 Ren|姜 Jiang|范 Fan|"
    "方 Fang|石 Shi|姚 Yao|谭 Tan|廖 Liao|邹 Zou|熊 Xiong|金 Jin|陆 Lu|郝 Hao|孔 Kong|白 Bai|崔 Cui|康 Kang|毛 Mao|"
    "邱 Qiu|秦 Qin|江 Jiang|史 Shi|顾 Gu|侯 Hou|邵 Shao|孟 Meng|龙 Long|万 Wan|段 Duan|雷 Lei|钱 Qian|汤 Tang|尹 Yin"
)
_PLAIN = (
    "家湾 jiawan|家台 jiatai|家垸 jiayuan|家场 jiachang|家河 jiahe|家榨 jiazha|家埠 jiabu|家潭 jiatan|家桥 jiaqiao|"
    "家巷 jiaxiang"
)
_HILL = "家冲 jiachong|家坳 jiaao|家岭 jialing|家坡 jiapo|家垱 jiadang|家寨 jiazhai|家畈 jiafan"
_FIRST = (
    "文 Wen|汀 Ting|云 Yun|安 An|康 Kang|和 He|永 Yong|兴 Xing|春 Chun|晨 Chen|明 Ming|长 Chang|东 Dong|南 Nan|西 Xi|"
    "北 Bei|新 Xin|荷 He|桂 Gui|竹 Zhu|柳 Liu|梧 Wu|锦 Jin|双 Shuang|景 Jing|福 Fu"
)
_SECOND = (
    "塔 ta|泽 ze|苑 yuan|园 yuan|桥 qiao|巷 xiang|湖 hu|堤 di|门 men|华 hua|乐 le|宁 ning|昌 chang|阳 yang|江 jiang|"
    "台 tai|坊 fang|池 chi"
)

Name = tuple[str, str]
"""Chinese name and pinyin."""


def _parts(text: str) -> list[Name]:
    return [(chinese, pinyin) for chinese, pinyin in (part.split() for part in text.split("|"))]


class Names:
    """Deals out names, none of them twice."""

    def __init__(self) -> None:
        dice = Dice("names")
        self._plain = dice.shuffled(_joined(_FAMILIES, _PLAIN))
        self._hill = dice.shuffled(_joined(_FAMILIES, _HILL))
        self._community = dice.shuffled(_joined(_FIRST, _SECOND))

    def village(self, hilly: bool) -> Name:
        """Return the name of an administrative village."""
        chinese, pinyin = (self._hill if hilly else self._plain).pop()
        return f"{chinese}村", f"{pinyin} Village"

    def community(self) -> Name:
        """Return the name of a residents' committee."""
        chinese, pinyin = self._community.pop()
        return f"{chinese}社区", f"{pinyin} Community"


def _joined(first: str, second: str) -> list[Name]:
    return [(a + b, (c + d).replace("aao", "a'ao")) for a, c in _parts(first) for b, d in _parts(second)]


_NUMBERS = "一二三四五六七八九十"


def group(village: Name, number: int) -> Name:
    """Return the name of a villagers' group (natural hamlet) of a village, counted from 1."""
    return f"{village[0]}{_NUMBERS[number - 1]}组", f"{village[1]} Group {number}"
