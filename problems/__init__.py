"""The problems that ship with evonas; each file stands alone."""
