"""A school with students, counsellors and administrators, and rooms to work in."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from harness.city import Caller, City
from youke.accounts.service import Organisation, OrganisationKind, Person, Role
from youke.counselling import service
from youke.counselling.room import Room
from youke.counselling.vault import Vault
from youke.kernel.db import Database

SECRET = "a secret of the tests, long enough for all"


def room_of(session: Session) -> Room:
    """Return the zone on a session, with the tests' key."""
    return Room(session, Vault(SECRET))


@dataclass
class House:
    """The people of one school, its district and its city, signed in."""

    city: City
    school: Organisation = field(init=False)
    student: Caller = field(init=False)
    counsellor: Caller = field(init=False)
    other: Caller = field(init=False)

    def __post_init__(self) -> None:
        self.town = self.city.organisation("杭州市", OrganisationKind.CITY)
        self.district = self.city.organisation(
            "拱墅区", OrganisationKind.DISTRICT, self.town
        )
        self.school = self.city.organisation("拱宸中学", parent=self.district)
        self.student = self.caller("student", Role.STUDENT, grade=8, name="小明")
        self.counsellor = self.caller("counsellor", Role.COUNSELLOR, name="叶宁")
        self.other = self.caller("counsellor2", Role.COUNSELLOR, name="许安")

    def caller(self, username: str, role: Role, **details: object) -> Caller:
        """Open an account at the school, or at the level that the role looks after."""
        where = {
            Role.DISTRICT_ADMIN: self.district,
            Role.CITY_ADMIN: self.town,
        }.get(role, self.school)
        details.setdefault("organisation", where)
        return self.city.caller(self.city.person(username, role, **details))

    def fresh(self, session: Session, caller: Caller) -> Person:
        """Return the caller's person in this session."""
        return session.get_one(Person, caller.person.id)


def begun(house: House, database: Database, text: str = "我和朋友吵架了") -> UUID:
    """Return a conversation of the student's with the house's counsellor."""
    with database.transaction() as session:
        student = house.fresh(session, house.student)
        draft = service.Draft(text=text, counsellor=house.counsellor.person.id)
        return service.open_thread(room_of(session), student, draft).thread.id
