"""Forms: the shape of what is entered. All carry a token against forged requests."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field


def trimmed(value: Any) -> Any:
    """A filter for text fields: no blank space at the ends."""
    return value.strip() if isinstance(value, str) else value


class Form(FlaskForm):  # type: ignore[misc]
    """The parent of every form."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            filters = unbound_field.kwargs.get("filters", [])
            if unbound_field.field_class.__name__ in {"StringField", "EmailField", "TextAreaField", "SearchField"}:
                filters = [trimmed, *filters]
            field: Field = unbound_field.bind(form=form, filters=filters, **options)
            return field


class Confirmation(Form):
    """A form with a button and nothing to fill in."""
