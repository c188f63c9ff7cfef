from telemetry_contract.topics import consumer_group, dead_letters_topic, heartbeats_topic, readings_topic


def test_names_of_topics_and_group_never_change() -> None:
    # A running platform's records and offsets are kept under these.
    assert readings_topic("site") == "site.readings"
    assert heartbeats_topic("site") == "site.heartbeats"
    assert dead_letters_topic("site") == "site.dead-letters"
    assert consumer_group("site") == "site.consumer"


def test_two_platforms_share_no_topic() -> None:
    names = [
        name(prefix) for prefix in ("a", "a.b", "b") for name in (readings_topic, heartbeats_topic, dead_letters_topic)
    ]
    assert len(set(names)) == len(names)
