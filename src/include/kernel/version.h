/* Who this kernel is. */
#ifndef KERNEL_VERSION_H
#define KERNEL_VERSION_H

/* "k896 version 0.1 (gcc 12.2.0) PAE 3G/1G" */
extern const char kernel_banner[];

#endif
