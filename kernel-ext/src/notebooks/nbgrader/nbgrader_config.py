c = get_config()  # noqa: F821

# What Eosin's lessons need.
load_subconfig("eosin_nbgrader.py")  # noqa: F821

# The name of your course.
c.CourseDirectory.course_id = "eosin"
