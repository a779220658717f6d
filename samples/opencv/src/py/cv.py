"""Draws two shapes, finds them again, and leaves the picture for the artifacts."""
import os

import cv2
import numpy

picture = numpy.zeros((200, 300), dtype=numpy.uint8)
cv2.rectangle(picture, (20, 20), (120, 180), 255, -1)
cv2.circle(picture, (220, 100), 60, 255, -1)
contours, _ = cv2.findContours(picture, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
print(f"OpenCV {cv2.__version__} found {len(contours)} shapes")
assert len(contours) == 2

os.makedirs("out", exist_ok=True)
assert cv2.imwrite("out/shapes.png", picture)
