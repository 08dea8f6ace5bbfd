"""Every figure's trail: from a number of a playbook back through the computation to the rows it rests on."""
