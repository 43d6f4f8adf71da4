"""How long a pull request's author waits for the preview of one changed tenant."""
