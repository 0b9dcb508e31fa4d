"""What users of other systems complain of most about people, dates, reminders and reports, and the test that keeps each
from happening here. The numbers are those of the list in the description of the field, part 2."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
ANSWERED = {
    1: "reminders/test_planning.py::test_complaint_1_and_7_managers_and_those_above_them_are_told",
    2: "reminders/test_pages.py::test_complaint_2_an_administrator_sees_what_became_of_each_mail_and_tries_again",
    3: "reminders/test_planning.py::test_complaint_3_and_4_a_step_is_told_once_however_often_the_job_runs",
    4: "reminders/test_digest.py::test_complaint_4_a_second_mail_of_the_day_waits_until_tomorrow",
    5: "reminders/test_digest.py::test_a_manager_reads_of_her_people_grouped_by_course_and_never_of_herself",
    6: "assignments/test_complaints.py::test_6_saving_a_rule_surprises_nobody_with_a_flood_of_mail",
    7: "reminders/test_planning.py::test_complaint_1_and_7_managers_and_those_above_them_are_told",
    8: "certificates/test_awards.py::test_a_renewal_is_a_second_certificate_and_ends_the_first",
    9: "assignments/test_complaints.py::test_9_thousands_are_opened_for_the_next_cycle_by_themselves",
    10: "assignments/test_complaints.py::test_10_who_is_enrolled_again_is_not_complete_at_once",
    11: "assignments/test_complaints.py::test_11_a_new_cycle_wipes_nothing",
    12: "assignments/test_complaints.py::test_12_doing_it_early_does_not_jump_a_year",
    13: "assignments/test_complaints.py::test_13_every_decision_has_a_history",
    14: "assignments/test_complaints.py::test_14_falling_out_of_a_rule_pauses_and_coming_back_restores",
    15: "assignments/test_complaints.py::test_15_a_course_assigned_by_hand_makes_no_second_chain",
    16: "assignments/test_complaints.py::test_16_completing_late_does_not_swallow_the_next_period",
    17: "assignments/test_complaints.py::test_17_an_empty_day_of_hire_is_said_and_never_guessed",
    18: "assignments/test_complaints.py::test_18_a_rule_reaches_those_who_were_there_before_it",
    19: "assignments/test_complaints.py::test_19_who_no_longer_holds_the_role_is_not_asked",
    20: "certificates/test_campaigns.py::test_a_material_change_asks_who_holds_a_permission_that_it_touches",
    21: "assignments/test_complaints.py::test_21_every_course_is_explained_in_plain_words",
    53: "reports/test_compliance.py::test_history_of_courses_no_longer_asked_or_offered_is_not_lost",
    54: "reports/test_compliance_pages.py::test_what_failed_is_never_told_as_no_data",
    55: "reports/test_compliance.py::test_leave_is_counted_apart_and_leavers_only_in_history",
    56: "assignments/test_complaints.py::test_53_what_was_asked_before_stays_to_be_seen",
    57: "reports/test_compliance.py::test_a_month_stays_as_it_was_whoever_leaves_or_is_erased",
    58: "reports/test_counters.py::test_complaint_58_figures_are_there_after_an_upgrade",
    59: "people/test_import_files.py::test_complaint_59_columns_are_named_when_missing_kept_aside_and_matched_by_hand",
    60: "people/test_import.py::test_complaint_60_what_is_exported_is_imported_without_a_difference",
    61: "people/test_import.py::test_complaint_61_a_new_name_or_address_makes_no_second_person",
    62: "assignments/test_complaints.py::test_62_who_leaves_completes_nothing_by_it",
    63: "assignments/test_complaints.py::test_63_a_changed_attribute_counts_at_once",
    64: "staff/test_people_pages.py::test_complaint_64_whose_manager_left_is_listed_until_hr_answers",
    65: "assignments/test_complaints.py::test_65_leave_stops_the_clock_and_is_shown",
    66: "people/test_import.py::test_complaint_66_who_left_is_signed_out_with_the_file",
    67: "assignments/test_complaints.py::test_67_a_day_is_one_day_wherever_it_is_looked_at_from",
    68: "certificates/test_accepting_again.py::"
    "test_a_year_later_the_ambassador_is_paused_until_she_accepts_the_same_words_again",
    69: "courses/test_pages.py::test_opening_a_lesson_remembers_the_place_and_reading_it_again_writes_nothing",
}


@pytest.mark.parametrize("number", [*range(1, 22), *range(53, 70)])
def test_every_complaint_has_a_test_that_is_there(number: int) -> None:
    file, _, name = ANSWERED[number].partition("::")
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
