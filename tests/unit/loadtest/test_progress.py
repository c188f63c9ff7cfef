import msgspec

from telemetry_loadtest.measured import Began, Passed, Said, Tried
from telemetry_loadtest.progress import KEPT_LINES, Board, Progress, Stage, decode_progress
from telemetry_loadtest.results import Second

SECOND = Passed(Second(0, "even", 1, 1, 1, 0, 0, 0, 0, conserved=True, endpoints={}), "Passed", "")


def test_a_board_tells_how_far_the_run_is() -> None:
    board, told = Board(), []
    for line in (Said("waiting"), Began(7.0), SECOND):
        board.note(line)
        told.append(board.progress)
    board.finish()
    assert told == [
        Progress(Stage.WAITING, "waiting", lines=1),
        Progress(Stage.RUNNING, "", 7.0, lines=2),
        Progress(Stage.RUNNING, "", 7.0, SECOND, lines=3),
    ]
    assert board.progress == Progress(Stage.MEASURED, "", 7.0, SECOND, lines=3)


def test_lines_are_had_from_any_number_on() -> None:
    board, lines = Board(), [Said(str(number)) for number in range(5)]
    for line in lines:
        board.note(line)
    assert (board.lines_from(0), board.lines_from(3), board.lines_from(9)) == (lines, lines[3:], [])


def test_a_search_began_with_its_first_trial_and_tells_its_newest() -> None:
    board = Board()
    for line in (Tried(100, 1, 9), Began(5.0), Tried(200, 2, 9, held=100), Began(30.0)):
        board.note(line)
    assert (board.progress.began, board.progress.trial) == (5.0, Tried(200, 2, 9, held=100))


def test_lines_that_are_too_old_are_left_out_and_keep_their_numbers() -> None:
    board = Board()
    for number in range(KEPT_LINES + 10):
        board.note(Said(str(number)))
    assert board.lines_from(0)[0] == Said("10")
    assert board.lines_from(KEPT_LINES + 9) == [Said(str(KEPT_LINES + 9))]


def test_progress_is_read_as_it_was_written() -> None:
    progress = Progress(Stage.RUNNING, "so far", 1.5, SECOND, 9)
    assert decode_progress(msgspec.json.encode(progress)) == progress
