"""Open a number of a review mart into its definition, its dossiers and their source lines."""
