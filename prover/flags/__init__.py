"""Options that several commands take, each described once; the rooms that have commands share them."""
