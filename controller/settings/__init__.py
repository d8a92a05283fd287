"""What `controller/config.py` is made of: the forms of values, their sentences, settings of later parts."""
