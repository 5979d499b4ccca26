/*
 * The C library's memory and string functions that the kernel uses, with the
 * standard's meaning (ISO C11 7.24) unless a comment says otherwise. The
 * compiler itself calls the first four. None sleeps, none takes a lock.
 */
#ifndef LIB_STRING_H
#define LIB_STRING_H

#include <lib/types.h>

void *memcpy(void *dst, const void *src, size_t len);
void *memmove(void *dst, const void *src, size_t len);
void *memset(void *dst, int byte, size_t len);
int memcmp(const void *a, const void *b, size_t len);

/* The first such byte, or NULL. */
void *memchr(const void *mem, int byte, size_t len);

/* The first byte that differs, or NULL if all len bytes are `byte`. */
void *memchr_inv(const void *mem, int byte, size_t len);

size_t strlen(const char *s);

/* The length, but at most max; reads no byte beyond. */
size_t strnlen(const char *s, size_t max);

int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t max);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *s, const char *what);

/* The length of the longest start of s without (strspn: only with) set's bytes. */
size_t strcspn(const char *s, const char *set);
size_t strspn(const char *s, const char *set);

/*
 * Copy what fits into size bytes, always ended by a NUL (unless size is 0).
 * Returns strlen(src): cut if that is >= size. (OpenBSD's strlcpy.)
 */
size_t strlcpy(char *dst, const char *src, size_t size);

/* True if s begins with prefix. */
bool str_has_prefix(const char *s, const char *prefix);

#endif
