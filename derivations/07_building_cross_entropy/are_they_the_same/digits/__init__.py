"""The bot on handwritten digits: trained by each method, with wrong labels, and what was measured as figures."""
