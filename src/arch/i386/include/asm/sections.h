/* The borders of the image, from the linker script. All are page-aligned
 * starts; the ends of text, rodata and data are exact. */
#ifndef ASM_SECTIONS_H
#define ASM_SECTIONS_H

extern char _load_start[];
extern char _text[], _etext[];
extern char __start_rodata[], __end_rodata[];
extern char _sdata[], _edata[];
extern char __init_begin[], __init_end[];
extern char _sinittext[], _einittext[];
extern char __bss_start[], __bss_stop[];
extern char _end[];

#endif
