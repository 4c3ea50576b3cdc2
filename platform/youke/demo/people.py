"""The demo city: districts, schools, classes, and an account for each role."""

import random
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from youke.accounts import service as accounts
from youke.accounts.service import Organisation, OrganisationKind, Person, Role

CITY = "杭州市"
SCHOOLS = {
    "拱墅区": ("拱宸中学", "运河小学"),
    "西湖区": ("西溪中学", "文澜高级中学"),
    "钱塘区": ("江湾中学",),
}
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN_NAMES = (
    *("子涵", "雨桐", "浩然", "欣怡", "梓轩", "诗涵", "宇航", "思远", "嘉怡", "俊杰"),
    *("可馨", "博文", "语嫣", "天佑", "若曦", "明哲", "佳琪", "泽宇", "梦瑶", "晨曦"),
)
STUDENTS = 200
#: Has not said yet whether recommendations may follow what one does.
UNDECIDED = "student3"
#: How many students each grade has, of every ten.
GRADES = (7, 7, 7, 7, 8, 8, 8, 5, 5, 10)


@dataclass(frozen=True)
class Account:
    """A demo account besides the students."""

    username: str
    name: str
    roles: tuple[Role, ...]
    school: str


ACCOUNTS = (
    Account("teacher", "陈静", (Role.TEACHER,), "拱宸中学"),
    Account("teacher2", "周明远", (Role.TEACHER,), "西溪中学"),
    Account("teacher3", "林若兰", (Role.TEACHER,), "运河小学"),
    Account("teacher4", "何立", (Role.TEACHER,), "文澜高级中学"),
    Account("tutor", "沈知行", (Role.TUTOR, Role.TEACHER), "江湾中学"),
    Account("tutor2", "许安", (Role.TUTOR,), "西溪中学"),
    Account("reviewer", "方敏", (Role.REVIEWER,), "西溪中学"),
    Account("counsellor", "叶宁", (Role.COUNSELLOR,), "拱宸中学"),
    Account("admin", "市教育局管理员", (Role.CITY_ADMIN,), "拱宸中学"),
)


def load_people(session: Session, password: str) -> bool:
    """Open all demo accounts with one password; False when they exist already."""
    if session.scalar(select(Person.id).where(Person.username == "student")):
        return False
    schools = _found_schools(session)
    password_hash = accounts.hash_password(password)
    for account in ACCOUNTS:
        accounts.add_person(
            session,
            username=account.username,
            name=account.name,
            password=password,
            password_hash=password_hash,
            roles=account.roles,
            organisation=schools[account.school],
        )
    _enrol_students(session, schools, password_hash)
    return True


def _found_schools(session: Session) -> dict[str, Organisation]:
    city = accounts.add_organisation(session, kind=OrganisationKind.CITY, name=CITY)
    schools = {}
    for district_name, names in SCHOOLS.items():
        district = accounts.add_organisation(
            session, kind=OrganisationKind.DISTRICT, name=district_name, parent=city
        )
        for name in names:
            schools[name] = accounts.add_organisation(
                session, kind=OrganisationKind.SCHOOL, name=name, parent=district
            )
    return schools


def _enrol_students(
    session: Session, schools: dict[str, Organisation], password_hash: str
) -> None:
    draw = random.Random(2022)
    classes: dict[tuple[str, int], Organisation] = {}
    for number in range(1, STUDENTS + 1):
        grade = GRADES[(number - 1) % len(GRADES)]
        school = draw.choice(_schools_with(grade))
        if (school, grade) not in classes:
            classes[school, grade] = accounts.add_organisation(
                session,
                kind=OrganisationKind.CLASS,
                name=f"{grade}（1）班",
                parent=schools[school],
            )
        student = accounts.add_person(
            session,
            username="student" if number == 1 else f"student{number}",
            name=draw.choice(SURNAMES) + draw.choice(GIVEN_NAMES),
            password="",
            password_hash=password_hash,
            roles=(Role.STUDENT,),
            organisation=classes[school, grade],
            grade=grade,
        )
        if student.username != UNDECIDED:
            accounts.decide_profiling(session, student, granted=True, given_by=student)


def _schools_with(grade: int) -> list[str]:
    if grade <= 6:  # noqa: PLR2004  primary school has six grades
        return ["运河小学"]
    if grade >= 10:  # noqa: PLR2004  senior secondary begins with the tenth
        return ["文澜高级中学"]
    return ["拱宸中学", "西溪中学", "江湾中学"]
