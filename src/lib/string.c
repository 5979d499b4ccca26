/*
 * Memory and strings. Copying and filling are the CPU's string instructions
 * (asm/string.h); everything else is the plain loop, a byte at a time: nothing
 * hot in the kernel searches strings.
 *
 * Compilers like to turn a loop that fills or measures memory into a call of
 * memset or strlen, which here would be a call of itself. -ffreestanding and
 * arch_fill() keep them from it; tests/unit/string_test.c would never come back.
 */
#include <asm/string.h>
#include <lib/string.h>

void *memcpy(void *dst, const void *src, size_t len)
{
	arch_copy_forward(dst, src, len);
	return dst;
}

static void copy_backward(u8 *dst, const u8 *src, size_t len)
{
	while (len >= sizeof(u32)) {
		u32 word;

		len -= sizeof(u32);
		__builtin_memcpy(&word, src + len, sizeof(word));
		__builtin_memcpy(dst + len, &word, sizeof(word));
	}
	while (len--)
		dst[len] = src[len];
}

/* Upwards whenever that reads each byte before it is overwritten. */
void *memmove(void *dst, const void *src, size_t len)
{
	if ((uintptr_t)dst - (uintptr_t)src >= len)
		arch_copy_forward(dst, src, len);
	else
		copy_backward(dst, src, len);
	return dst;
}

void *memset(void *dst, int byte, size_t len)
{
	arch_fill(dst, (u8)byte, len);
	return dst;
}

int memcmp(const void *a, const void *b, size_t len)
{
	const u8 *p = a;
	const u8 *q = b;

	for (; len; len--, p++, q++) {
		if (*p != *q)
			return *p - *q;
	}
	return 0;
}

void *memchr(const void *mem, int byte, size_t len)
{
	const u8 *p = mem;

	for (; len; len--, p++) {
		if (*p == (u8)byte)
			return (void *)(uintptr_t)p;
	}
	return NULL;
}

void *memchr_inv(const void *mem, int byte, size_t len)
{
	const u8 *p = mem;

	for (; len; len--, p++) {
		if (*p != (u8)byte)
			return (void *)(uintptr_t)p;
	}
	return NULL;
}

size_t strlen(const char *s)
{
	const char *end = s;

	while (*end)
		end++;
	return (size_t)(end - s);
}

size_t strnlen(const char *s, size_t max)
{
	size_t len = 0;

	while (len < max && s[len])
		len++;
	return len;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (u8)*a - (u8)*b;
}

int strncmp(const char *a, const char *b, size_t max)
{
	for (; max; max--, a++, b++) {
		if (*a != *b || !*a)
			return (u8)*a - (u8)*b;
	}
	return 0;
}

char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++) {
		if (!*s)
			return NULL;
	}
	return (char *)(uintptr_t)s;
}

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	do {
		if (*s == (char)c)
			last = s;
	} while (*s++);
	return (char *)(uintptr_t)last;
}

char *strstr(const char *s, const char *what)
{
	size_t len = strlen(what);

	for (;; s++) {
		if (strncmp(s, what, len) == 0)
			return (char *)(uintptr_t)s;
		if (!*s)
			return NULL;
	}
}

size_t strcspn(const char *s, const char *set)
{
	size_t len = 0;

	while (s[len] && !strchr(set, s[len]))
		len++;
	return len;
}

size_t strspn(const char *s, const char *set)
{
	size_t len = 0;

	while (s[len] && strchr(set, s[len]))
		len++;
	return len;
}

size_t strlcpy(char *dst, const char *src, size_t size)
{
	size_t len = strlen(src);
	size_t fits;

	if (size == 0)
		return len;
	fits = len < size ? len : size - 1;
	memcpy(dst, src, fits);
	dst[fits] = '\0';
	return len;
}

bool str_has_prefix(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}
