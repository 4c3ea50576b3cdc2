"""Which days are for school and which are free, as the State Council has said."""
