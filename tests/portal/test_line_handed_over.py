"""A line a regency may not file: the provincial office that receives it hears of it."""

from __future__ import annotations

import pytest

from notices.models import Notice
from regions.services import move_line_to_province
from tests import factories
from tests.notices.test_post_room import deliver

pytestmark = pytest.mark.django_db


def test_the_provincial_operator_hears_of_a_line_handed_over_and_nobody_else(
    aceh_regency,
    aceh_operator,
    aceh_province_operator,
    aceh_province_head,
    bali_operator,
    django_capture_on_commit_callbacks,
):
    need = factories.need(aceh_regency, created_by=aceh_operator, post_code="WASNAK", themes=(("T01", 1, 3),))
    with django_capture_on_commit_callbacks(execute=True):
        draft = move_line_to_province(need, need.lines.get(), actor=aceh_operator)
    deliver()
    told = Notice.objects.filter(action="receive").values_list("user", "record_code")
    assert list(told) == [(aceh_province_operator.pk, draft.code)]
