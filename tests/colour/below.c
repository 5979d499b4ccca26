/*
 * What the host's half of the unit tests takes from the sanitizers, without them:
 * the same files are linked here.
 */
#include <stddef.h>

void __asan_poison_memory_region(const volatile void *address, size_t size);
void __asan_unpoison_memory_region(const volatile void *address, size_t size);
int __asan_address_is_poisoned(const volatile void *address);
void __sanitizer_print_stack_trace(void);

void __asan_poison_memory_region(const volatile void *address, size_t size)
{
	(void)address, (void)size;
}

void __asan_unpoison_memory_region(const volatile void *address, size_t size)
{
	(void)address, (void)size;
}

int __asan_address_is_poisoned(const volatile void *address)
{
	(void)address;
	return 0;
}

void __sanitizer_print_stack_trace(void)
{
}
