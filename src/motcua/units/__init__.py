"""Administrative units through time: who succeeded whom, on which day, by which document."""
