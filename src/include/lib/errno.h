/* The error numbers that functions return negated, with Linux's values. */
#ifndef LIB_ERRNO_H
#define LIB_ERRNO_H

#undef EPERM
#undef ENOENT
#undef EINTR
#undef EIO
#undef E2BIG
#undef EAGAIN
#undef ENOMEM
#undef EFAULT
#undef EBUSY
#undef EEXIST
#undef ENODEV
#undef EINVAL
#undef ENOSPC
#undef ERANGE
#undef ENOSYS
#undef ENODATA
#undef EOVERFLOW
#undef ETIME

#define EPERM     1
#define ENOENT    2
#define EINTR     4
#define EIO       5
#define E2BIG     7
#define EAGAIN    11
#define ENOMEM    12
#define EFAULT    14
#define EBUSY     16
#define EEXIST    17
#define ENODEV    19
#define EINVAL    22
#define ENOSPC    28
#define ERANGE    34
#define ENOSYS    38
#define ENODATA   61
#define ETIME     62
#define EOVERFLOW 75

#endif
