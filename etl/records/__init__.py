"""A team's own records: twelve tables that any gate, runner or script can write, each declared once."""
