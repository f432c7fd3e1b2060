"""Pure functions: is this claim true of this evidence?"""
