"""The demo lessons: what they are called and what their videos are like."""

import re
from dataclasses import dataclass

WIDE, FULL_HD, OLD, PHONE, SMALL = (
    (1280, 720),
    (1920, 1080),
    (960, 720),
    (720, 1280),
    (854, 480),
)


@dataclass(frozen=True)
class DemoLesson:
    """A lesson, and the length in seconds and size in pixels of its video."""

    title: str
    subject: str
    grade: int
    teacher: str
    seconds: int
    size: tuple[int, int]
    chapter: str
    summary: str

    @property
    def tags(self) -> tuple[str, ...]:
        """What the title is about, and that the lesson was selected."""
        return (re.split("[：:]", self.title)[0], "共享优课")


#: The first is short and small, so that something can be watched at once.
LESSONS = (
    DemoLesson(
        "有理数的乘法：负负为什么得正",
        "math",
        7,
        "teacher",
        8,
        SMALL,
        "第一章 有理数",
        "从数轴上的运动看懂符号法则，再用三道小题检验。",
    ),
    DemoLesson(
        "春：朱自清笔下的五幅图画",
        "chinese",
        7,
        "teacher2",
        20,
        WIDE,
        "第一单元",
        "跟着比喻和拟人走进春草、春花、春风、春雨与迎春图。",
    ),
    DemoLesson(
        "一元一次方程：天平上的等式",
        "math",
        7,
        "teacher",
        20,
        FULL_HD,
        "第三章 一元一次方程",
        "移项就是同时拿走：用天平理解等式的两条性质。",
    ),
    DemoLesson(
        "显微镜下的洋葱表皮细胞",
        "biology",
        7,
        "teacher2",
        18,
        OLD,
        "第二单元 细胞",
        "制片、染色、对焦，一步一步看到第一个细胞。",
    ),
    DemoLesson(
        "Unit 1: Introduce yourself with confidence",
        "english",
        7,
        "teacher2",
        16,
        WIDE,
        "Unit 1",
        "三句话介绍自己：语调、停顿与眼神。",
    ),
    DemoLesson(
        "地球的自转：为什么会有时差",
        "geography",
        7,
        "teacher",
        22,
        WIDE,
        "第一章 地球",
        "用一盏灯和一个地球仪解释昼夜与时区。",
    ),
    DemoLesson(
        "几何图形初步：正方体的展开图",
        "math",
        7,
        "teacher2",
        20,
        WIDE,
        "第四章 几何图形初步",
        "十一种展开图，一种方法全部找到。",
    ),
    DemoLesson(
        "济南的冬天：慢下来读老舍",
        "chinese",
        7,
        "teacher",
        15,
        OLD,
        "第一单元",
        "抓住“温晴”二字，体会作者的情感。",
    ),
    DemoLesson(
        "北京人与山顶洞人：我们的祖先",
        "history",
        7,
        "teacher2",
        14,
        SMALL,
        "第一单元",
        "从一颗牙齿开始的考古故事。",
    ),
    DemoLesson(
        "整式的加减：合并同类项",
        "math",
        7,
        "teacher",
        12,
        PHONE,
        "第二章 整式",
        "手机拍的课堂片段：给同类项找朋友。",
    ),
    DemoLesson(
        "光的折射：筷子为什么“断”了",
        "physics",
        8,
        "teacher2",
        24,
        WIDE,
        "第四章 光现象",
        "从水杯实验到折射规律，再解释海市蜃楼。",
    ),
    DemoLesson(
        "声音的特性：音调、响度与音色",
        "physics",
        8,
        "teacher",
        18,
        WIDE,
        "第二章 声现象",
        "用示波器看见声音，听懂三种特性。",
    ),
    DemoLesson(
        "全等三角形：边角边的证明",
        "math",
        8,
        "teacher",
        22,
        WIDE,
        "第十二章 全等三角形",
        "为什么“边边角”不行？折一折就明白。",
    ),
    DemoLesson(
        "勾股定理：五种拼图证明",
        "math",
        8,
        "teacher2",
        18,
        FULL_HD,
        "第十七章 勾股定理",
        "赵爽弦图与四种拼法，挑一种讲给同桌听。",
    ),
    DemoLesson(
        "背影：父亲的月台",
        "chinese",
        8,
        "teacher",
        16,
        WIDE,
        "第四单元",
        "四次“背影”，四次流泪，写法有何不同。",
    ),
    DemoLesson(
        "Past tense: telling a story",
        "english",
        8,
        "teacher2",
        15,
        OLD,
        "Unit 3",
        "用过去时讲一个完整的小故事。",
    ),
    DemoLesson(
        "分数的意义：一块披萨怎么分",
        "math",
        5,
        "teacher3",
        16,
        WIDE,
        "第四单元 分数",
        "单位“1”可以是一个，也可以是一群。",
    ),
    DemoLesson(
        "圆明园的毁灭：读懂“不可估量”",
        "chinese",
        5,
        "teacher3",
        14,
        SMALL,
        "第四单元",
        "昔日辉煌与今日废墟的对照朗读。",
    ),
    DemoLesson(
        "影子的秘密：太阳高度与影长",
        "science",
        5,
        "teacher3",
        18,
        WIDE,
        "地球的运动",
        "一天量八次影子，画出你的曲线。",
    ),
    DemoLesson(
        "长方体的表面积：拆开一个纸盒",
        "math",
        5,
        "teacher3",
        12,
        PHONE,
        "第三单元 长方体",
        "拆开、剪平、量一量，公式自己长出来。",
    ),
    DemoLesson(
        "Weather report: 小小播报员",
        "english",
        5,
        "teacher3",
        13,
        WIDE,
        "Unit 2",
        "学会八个天气词，播报明天的杭州。",
    ),
    DemoLesson(
        "集合：描述一群对象的语言",
        "math",
        10,
        "teacher4",
        20,
        WIDE,
        "第一章 集合",
        "列举法、描述法与韦恩图，三种语言互相翻译。",
    ),
    DemoLesson(
        "氧化还原反应：电子的转移",
        "chemistry",
        10,
        "teacher4",
        22,
        WIDE,
        "第一章 物质及其变化",
        "从铜丝变黑到双线桥，追踪每一个电子。",
    ),
    DemoLesson(
        "沁园春·长沙：青年的问题",
        "chinese",
        10,
        "teacher4",
        15,
        WIDE,
        "第一单元",
        "看、问、忆、答，读出词里的少年意气。",
    ),
)
