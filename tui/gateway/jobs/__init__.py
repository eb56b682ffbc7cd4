"""The jobs people do with a gateway, each made of its operations alone, so that every gateway can have them done."""
