"""Log formats, one file each (`logs.format.LogFormat`)."""
