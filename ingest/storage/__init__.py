"""Files written safely, and room on the disk."""
