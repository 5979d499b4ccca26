/*
 * What the host's half of the unit tests takes from the sanitizers, without them:
 * the same files are linked here.
 */
#include <stddef.h>

void __asan_poison_memory_region(const volatile void *address, size_t size);
void __asan_unpoison_memory_region(const volatile void *address, size_t size);
int __asan_address_is_poisoned(const volatile void *address);
void __sanitizer_print_stack_trace(void);
void __sanitizer_start_switch_fiber(void **fake_stack, const void *bottom, size_t size);
void __sanitizer_finish_switch_fiber(void *fake_stack, const void **bottom, size_t *size);

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

void __sanitizer_start_switch_fiber(void **fake_stack, const void *bottom, size_t size)
{
	(void)fake_stack, (void)bottom, (void)size;
}

void __sanitizer_finish_switch_fiber(void *fake_stack, const void **bottom, size_t *size)
{
	(void)fake_stack;
	*bottom = NULL;
	*size = 0;
}
