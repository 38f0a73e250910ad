"""What `cockpit init` finds in a repository, each with the place that says so, and what it proposes by that."""
