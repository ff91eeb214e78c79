"""What the operator is asked next: pure, step and scan to verdict. No clock, disk, network or widget."""
