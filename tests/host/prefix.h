/*
 * Included before every kernel source of the host build: the functions of ours
 * that the C library has too get names of their own, so that the tests try ours
 * and the sanitizers' runtime keeps its own.
 */
#ifndef HOST_PREFIX_H
#define HOST_PREFIX_H

#define memcpy     k896_memcpy
#define memmove    k896_memmove
#define memset     k896_memset
#define memcmp     k896_memcmp
#define memchr     k896_memchr
#define strlen     k896_strlen
#define strnlen    k896_strnlen
#define strcmp     k896_strcmp
#define strncmp    k896_strncmp
#define strchr     k896_strchr
#define strrchr    k896_strrchr
#define strstr     k896_strstr
#define strcspn    k896_strcspn
#define strspn     k896_strspn
#define strlcpy    k896_strlcpy
#define snprintf   k896_snprintf
#define vsnprintf  k896_vsnprintf
#define vscnprintf k896_vscnprintf
#define scnprintf  k896_scnprintf

#define __udivdi3    k896_udivdi3
#define __umoddi3    k896_umoddi3
#define __udivmoddi4 k896_udivmoddi4
#define __divdi3     k896_divdi3
#define __moddi3     k896_moddi3
#define __divmoddi4  k896_divmoddi4

#endif
