// Where libxml2 was built with ICU its headers would bring ICU's types along, which Foundation defines too.
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED
#include <libxml/HTMLparser.h>
