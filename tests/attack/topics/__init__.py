"""Statements by topic: every file is one Book."""
