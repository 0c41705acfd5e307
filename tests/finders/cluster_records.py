"""Submissions on known subjects, whose clusters are therefore known."""

import datetime as dt
import random

from tests.staging import record

SUBJECTS = {
    "gym": (
        ["健身房突然停业", "健身会所老板跑路", "健身俱乐部闭店失联"],
        ["年卡余额不退", "私教课费用不退还", "会员卡剩余次数无法使用"],
        ["教练也联系不上", "门口贴着停业通知", "会员群已经解散"],
    ),
    "cake": (
        ["蛋糕里吃出头发", "面包里有异物", "蛋糕奶油发霉"],
        ["孩子吃后腹泻", "吃完呕吐就医", "家人食用后肚子疼"],
        ["烘焙店不肯赔医药费", "面包房拒绝赔偿", "甜品店说与食品无关"],
    ),
    "car": (
        ["二手车里程表被调", "新车发动机漏油", "汽车变速箱故障"],
        ["汽车经销店拒绝保修", "车行不肯退车", "销售顾问隐瞒事故车"],
        ["维修三次仍有异响", "行驶中熄火", "定金四千元不退"],
    ),
    "parking": (
        ["停车场不按公示价收费", "小区停车费乱涨价", "路边停车重复扣费"],
        ["收费员拒绝开发票", "道闸强行计时", "超过半小时按一天收"],
        ["没有明码标价的价目牌", "物业说停车价格自定", "包月车位无故取消"],
    ),
    "clothes": (
        ["羽绒服充绒量虚标", "网购毛衣严重掉色", "大衣面料与宣传不符"],
        ["七天无理由退货被拒", "退货运费让我承担", "客服说吊牌剪了不能退"],
        ["直播间主播承诺正品", "旗舰店不回消息", "快递拒收后不退款"],
    ),
}
NEW_SUBJECT = {
    "scales": (
        ["菜市场电子秤作弊", "海鲜摊短斤少两", "水果店称重不足"],
        ["复秤少了三两", "公平秤被搬走", "摊主换秤砣"],
        ["计量器具没有检定标志", "螃蟹绳子算重量", "要求计量监督检查"],
    )
}
LAST_DAY = dt.date(2026, 3, 31)


def rows(
    seed,
    *,
    each=60,
    last_day=LAST_DAY,
    days=90,
    subjects=SUBJECTS,
    county="420106",
    kind="complaint",
    **fields,
):
    """Return ``each`` submissions per subject on the days up to ``last_day``."""
    chance = random.Random(seed)
    made = []
    for subject, phrases in subjects.items():
        for number in range(each):
            day = last_day - dt.timedelta(days=chance.randrange(days) if number else 0)
            text = "，".join(chance.choice(options) for options in phrases)
            made.append(
                record(
                    f"{seed}-{subject}-{number}",
                    f"{day}T{chance.randrange(8, 20):02}:{chance.randrange(60):02}",
                    kind=kind,
                    narrative=f"{text}，合计{chance.randrange(100, 9000)}元。",
                    province_code="420000",
                    city_code=f"{county[:4]}00",
                    county_code=county,
                    **fields,
                )
            )
    return made


def subject_of(submission_id):
    """Return the subject of a submission made by `rows`."""
    return submission_id.split("-")[1]
