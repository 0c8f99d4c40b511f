"""What staff write into the working copy of a report: found again, kept, laid out in the next."""
