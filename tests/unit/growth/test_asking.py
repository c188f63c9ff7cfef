from tools.growth.asking import pages_of, scans_of

PLAN = """\
Sort  (cost=1.00..2.00 rows=1 width=10) (actual time=0.1..0.1 rows=1.00 loops=1)
  Buffers: shared hit=5 read=2
  ->  Append  (cost=1.00..2.00 rows=1 width=10) (actual time=0.1..0.1 rows=1.00 loops=1)
        Buffers: shared hit=5 read=2
        ->  Index Scan using readings_2026031000_pkey on readings_2026031000 readings_1  (cost=0.1..2 rows=1 width=10) (actual time=0.1..0.1 rows=1.00 loops=1)
              Buffers: shared hit=4
        ->  Index Scan using readings_2026031100_pkey on readings_2026031100 readings_2  (cost=0.1..2 rows=1 width=10) (actual time=0.1..0.1 rows=1.00 loops=1)
        ->  Seq Scan on readings_2026031200 readings_3  (cost=0.1..2 rows=1 width=10) (never executed)
""".splitlines()  # noqa: E501 - as PostgreSQL writes it


def test_partitions_are_named_as_one_and_those_never_read_not_at_all() -> None:
    assert scans_of(PLAN) == ["Index Scan using …_pkey on …"]


def test_the_pages_of_a_plan_are_those_of_its_top() -> None:
    assert pages_of(PLAN) == 7


def test_a_plan_that_read_no_page_says_so() -> None:
    assert pages_of(["Result  (cost=0..1 rows=1 width=1) (actual time=0..0 rows=1.00 loops=1)"]) == 0
