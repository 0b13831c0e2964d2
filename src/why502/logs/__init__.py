"""Line formats of logs: pure, bytes in, values out."""
