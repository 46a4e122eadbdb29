"""A restored hub knows its people and none of the servers that ran when it was saved."""

from pathlib import Path

from jupyterhub import orm

from kireji.backup.hub_database import clear_what_ran


def test_people_stay_and_running_servers_are_forgotten(tmp_path: Path) -> None:
    database = tmp_path / "jupyterhub.sqlite"
    open_session = orm.new_session_factory(f"sqlite:///{database}")
    with open_session() as db:
        db.add(orm.OAuthClient(identifier="jupyterhub"))
        alice = orm.User(name="alice")
        db.add(alice)
        db.add(
            orm.Spawner(
                user=alice,
                name="",
                server=orm.Server(ip="10.0.0.2", port=8888),
                state={"object_name": "live-student-alice", "object_id": "123"},
            )
        )
        db.add(orm.Service(name="kireji", server=orm.Server(ip="course", port=8888)))
        db.commit()
        alice.new_api_token("of-her-server", note="Server at /user/alice/")
        alice.new_api_token("of-her-own", note="for a script")
        cookie = alice.cookie_id
    clear_what_ran(database)
    with open_session() as db:
        alice = orm.User.find(db, "alice")
        (spawner,) = alice._orm_spawners
        assert (alice.cookie_id, spawner.server, spawner.state or None) == (cookie, None, None)
        assert [server.ip for server in db.query(orm.Server)] == ["course"]
        assert [token.note for token in alice.api_tokens] == ["for a script"]


def test_where_there_is_no_database_nothing_is_made(tmp_path: Path) -> None:
    clear_what_ran(tmp_path / "jupyterhub.sqlite")
    assert not list(tmp_path.iterdir())
