"""What a visit does, decided from what was observed. Pure: no clock, no history, no I/O."""
