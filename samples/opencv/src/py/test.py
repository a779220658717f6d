import platform

print(f"Python {platform.python_version()} says that all is well")
