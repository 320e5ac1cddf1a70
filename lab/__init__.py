"""The lab: a local web page on which a class moves levers and sees the futures answer."""
