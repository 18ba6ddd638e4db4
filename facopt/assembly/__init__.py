"""What stands between the stages: each module turns the values of the stages before into the input of the next."""
